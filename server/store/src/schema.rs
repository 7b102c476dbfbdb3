//! The tables as Diesel sees them; a test holds them to both databases.

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
    workspaces (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
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
diesel::table! {
    engagements (id) {
        id -> Text,
        reference -> Text,
        title -> Text,
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

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    workspaces,
    memberships,
    sessions,
    sign_in_links,
    delays,
    factors,
    recovery_codes,
    access_codes,
    invitations,
    profiles,
    slugs,
    profile_notes,
    mandates,
    partnerships,
    stealth_invitations,
    presenter_asks,
    engagements,
    engagement_counsel,
    engagement_notes,
    requests,
    holds,
    hold_days,
    messages,
    documents,
    document_counsel,
    drafts,
    enquiries,
    support_messages,
    outbox,
    audit_chains,
    audit_entries,
    audit_values,
    security_events,
    decisions,
    spent_forms,
    settings,
);
