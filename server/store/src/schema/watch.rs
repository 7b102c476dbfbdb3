//! Tables: what the house notes of itself.

diesel::table! {
    security_events (id) {
        id -> Text,
        at -> BigInt,
        visit -> Text,
        kind -> Text,
        account -> Nullable<Text>,
        address -> Text,
        action -> Text,
        detail -> Text,
    }
}
diesel::table! {
    decisions (seq) {
        at -> BigInt,
        visit -> Text,
        actor -> Text,
        workspace -> Nullable<Text>,
        action -> Text,
        thing -> Text,
        allowed -> Bool,
        decided_by -> Text,
        policies -> Text,
        seq -> BigInt,
    }
}
diesel::table! {
    spent_forms (token) {
        token -> Binary,
        spent_at -> BigInt,
    }
}
diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}
