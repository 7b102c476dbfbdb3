//! Tables: workspaces, their members, and invitations into them.

diesel::table! {
    workspaces (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        verified -> Bool,
        verify_note -> Nullable<Text>,
        plan -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
diesel::table! {
    memberships (id) {
        id -> Text,
        account -> Text,
        workspace -> Text,
        role -> Text,
        grants -> Text,
        in_person -> Bool,
        created_at -> BigInt,
        version -> BigInt,
    }
}
diesel::table! {
    invitations (id) {
        id -> Text,
        workspace -> Text,
        engagement -> Nullable<Text>,
        mailbox -> Text,
        role -> Text,
        token -> Binary,
        invited_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
