//! Tables: what comes in by public forms and goes out by mail.

diesel::table! {
    enquiries (id) {
        id -> Text,
        artist -> Nullable<Text>,
        agency -> Nullable<Text>,
        artist_text -> Text,
        day -> Nullable<Text>,
        organisation -> Text,
        name -> Text,
        email -> Text,
        message -> Text,
        state -> Text,
        answer -> Nullable<Text>,
        received_at -> BigInt,
        version -> BigInt,
        prepared -> Nullable<Text>,
        digest -> Text,
        prepared_by -> Nullable<Text>,
    }
}
diesel::table! {
    support_messages (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        subject -> Text,
        message -> Text,
        received_at -> BigInt,
    }
}
diesel::table! {
    outbox (id) {
        id -> Text,
        account -> Nullable<Text>,
        workspace -> Nullable<Text>,
        engagement -> Nullable<Text>,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        created_at -> BigInt,
        due_at -> BigInt,
        tries -> BigInt,
        leased_until -> BigInt,
        state -> Text,
        fault -> Nullable<Text>,
    }
}
