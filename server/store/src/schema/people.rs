//! Tables: accounts, sessions and what signing in needs.

diesel::table! {
    accounts (id) {
        id -> Text,
        person -> Text,
        email -> Text,
        mailbox -> Text,
        name -> Text,
        status -> Text,
        applicant -> Text,
        application -> Text,
        reason -> Nullable<Text>,
        is_admin -> Bool,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        access_code -> Nullable<Text>,
        version -> BigInt,
    }
}
diesel::table! {
    sessions (id) {
        id -> Text,
        token -> Binary,
        account -> Text,
        form_secret -> Binary,
        agent -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        factor_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    sign_in_links (token) {
        token -> Binary,
        mailbox -> Text,
        account -> Nullable<Text>,
        browser -> Binary,
        code -> Binary,
        tries -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    delays (key) {
        key -> Text,
        failures -> BigInt,
        until_at -> BigInt,
        seen_at -> BigInt,
    }
}
diesel::table! {
    factors (account) {
        account -> Text,
        secret -> Binary,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
        next_secret -> Nullable<Binary>,
    }
}
diesel::table! {
    recovery_codes (account, hash) {
        account -> Text,
        hash -> Binary,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    access_codes (id) {
        id -> Text,
        hash -> Binary,
        kind -> Text,
        uses -> BigInt,
        used -> BigInt,
        expires_at -> BigInt,
        note -> Text,
        verifies -> Bool,
        issuer -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
