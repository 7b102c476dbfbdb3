//! Tables: the ledger.

diesel::table! {
    audit_chains (chain) {
        chain -> Text,
        length -> BigInt,
        head -> Binary,
    }
}
diesel::table! {
    audit_entries (id) {
        id -> Text,
        chain -> Text,
        seq -> BigInt,
        leaf -> Text,
        hash -> Binary,
        at -> BigInt,
    }
}
diesel::table! {
    audit_values (entry, name) {
        entry -> Text,
        name -> Text,
        salt -> Nullable<Binary>,
        value -> Nullable<Text>,
        audience -> Text,
        money -> Bool,
    }
}
