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
        told -> Text,
        allowed -> Bool,
        decided_by -> Text,
        more -> BigInt,
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
diesel::table! {
    policy_sets (digest) {
        digest -> Text,
        schema_digest -> Text,
        files -> Text,
        note -> Text,
        verdict -> Text,
        actor -> Text,
        staged_at -> BigInt,
    }
}
diesel::table! {
    policy_proofs (digest, guarantees) {
        digest -> Text,
        guarantees -> Text,
        verdict -> Text,
        actor -> Text,
        proved_at -> BigInt,
    }
}
diesel::table! {
    policy_activations (seq) {
        seq -> BigInt,
        digest -> Nullable<Text>,
        transition -> Text,
        restores -> Nullable<BigInt>,
        reason -> Text,
        actor -> Text,
        at -> BigInt,
    }
}
