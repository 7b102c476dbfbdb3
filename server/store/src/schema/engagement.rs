//! Tables: engagements, their records, and drafts.

diesel::table! {
    engagements (id) {
        id -> Text,
        reference -> Text,
        title -> Text,
        title_key -> Text,
        artist -> Text,
        profile -> Text,
        agency -> Nullable<Text>,
        presenter -> Text,
        commission_bp -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}
diesel::table! {
    engagement_counsel (engagement, account) {
        engagement -> Text,
        account -> Text,
        side -> Text,
        invited_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    engagement_notes (engagement, workspace) {
        engagement -> Text,
        workspace -> Text,
        note -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    requests (id) {
        id -> Text,
        engagement -> Text,
        artist -> Text,
        agency -> Nullable<Text>,
        presenter -> Text,
        state -> Text,
        first_day -> Text,
        last_day -> Text,
        venue -> Text,
        programme -> Text,
        fee_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        answer -> Nullable<Text>,
        offered_by -> Text,
        submitted_at -> BigInt,
        answered_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
diesel::table! {
    holds (id) {
        id -> Text,
        engagement -> Text,
        request -> Text,
        artist -> Text,
        agency -> Nullable<Text>,
        presenter -> Text,
        state -> Text,
        first_day -> Text,
        last_day -> Text,
        granted_at -> BigInt,
        expires_at -> BigInt,
        warn_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        version -> BigInt,
    }
}
diesel::table! {
    hold_days (hold, day) {
        hold -> Text,
        artist -> Text,
        day -> Text,
        rank -> BigInt,
    }
}
diesel::table! {
    messages (id) {
        id -> Text,
        engagement -> Text,
        artist -> Text,
        agency -> Nullable<Text>,
        presenter -> Text,
        side -> Text,
        author -> Text,
        body -> Text,
        sent_at -> BigInt,
    }
}
diesel::table! {
    documents (id) {
        id -> Text,
        engagement -> Text,
        artist -> Text,
        agency -> Nullable<Text>,
        presenter -> Text,
        side -> Text,
        title -> Text,
        file_name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        digest -> Text,
        state -> Text,
        shared -> Bool,
        author -> Text,
        added_at -> BigInt,
        version -> BigInt,
    }
}
diesel::table! {
    document_counsel (document, account) {
        document -> Text,
        account -> Text,
        engagement -> Text,
        side -> Text,
    }
}
diesel::table! {
    drafts (id) {
        id -> Text,
        owner_kind -> Text,
        owner -> Text,
        kind -> Text,
        engagement -> Nullable<Text>,
        target -> Nullable<Text>,
        payload -> Text,
        digest -> Text,
        state -> Text,
        prepared_by -> Text,
        prepared_at -> BigInt,
        expires_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
