//! Tables: profiles, and who represents and sees them.

diesel::table! {
    profiles (id) {
        id -> Text,
        workspace -> Text,
        slug -> Text,
        name -> Text,
        sort_name -> Text,
        name_key -> Text,
        discipline -> Text,
        biography -> Text,
        based_in -> Text,
        contact_email -> Text,
        contact_phone -> Text,
        level -> Text,
        opted_in -> Bool,
        discoverable -> Bool,
        verified -> Bool,
        claimed -> Bool,
        claim -> Text,
        claim_expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}
diesel::table! {
    slugs (slug) {
        slug -> Text,
        profile -> Text,
    }
}
diesel::table! {
    profile_notes (profile, agency) {
        profile -> Text,
        agency -> Text,
        note -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    mandates (id) {
        id -> Text,
        artist -> Text,
        agency -> Text,
        profile -> Text,
        territory -> Text,
        commission_bp -> BigInt,
        payload -> Text,
        digest -> Text,
        state -> Text,
        offered_by -> Text,
        offered_at -> BigInt,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
diesel::table! {
    partnerships (id) {
        id -> Text,
        asker -> Text,
        asked -> Text,
        payload -> Text,
        digest -> Text,
        state -> Text,
        offered_by -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}
diesel::table! {
    stealth_invitations (profile, presenter) {
        profile -> Text,
        presenter -> Text,
        inviter -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    presenter_asks (profile, mailbox) {
        profile -> Text,
        mailbox -> Text,
        inviter -> Text,
        presenter -> Nullable<Text>,
        created_at -> BigInt,
    }
}
