//! People, workspaces, profiles, representation.

use super::*;

both! {
    fn the_artist_in_person_owns_an_artists_workspace(ground) {
        world(ground);
        let set = |what: &str, of: u128| format!("UPDATE memberships SET {what} WHERE workspace = '{}'", workspace(of));
        ground.refuses(&set("in_person = TRUE, role = 'manager'", ARTIST));
        ground.refuses(&set("in_person = TRUE", AGENCY));
        ground.refuses(&set("in_person = TRUE", PRESENTER));
        ground.run(&set("in_person = TRUE", ARTIST));
        ground.refuses(&set("role = 'manager'", ARTIST));
        ground.refuses(&set("role = 'assistant'", ARTIST));
        ground.run(&set("in_person = FALSE, role = 'manager'", ARTIST));
    }

    fn words_are_those_that_policies_know(ground) {
        world(ground);
        for (table, column) in [
            ("accounts", "status"), ("accounts", "applicant"), ("workspaces", "kind"), ("workspaces", "plan"),
            ("memberships", "role"), ("memberships", "grants"), ("profiles", "level"),
        ] {
            ground.refuses(&format!("UPDATE {table} SET {column} = 'other'"));
        }
        ground.run(&request(WITH, &[]));
        ground.run(&hold(WITH, &[]));
        ground.run(&message(WITH, &[]));
        ground.run(&document(WITH, &[]));
        ground.run(&draft(&[]));
        for (table, column) in [
            ("requests", "state"), ("holds", "state"), ("documents", "state"), ("messages", "side"),
            ("documents", "side"), ("drafts", "state"), ("drafts", "kind"), ("drafts", "owner_kind"),
        ] {
            ground.refuses(&format!("UPDATE {table} SET {column} = 'other'"));
        }
        let field = "INSERT INTO audit_values (entry, name, audience, money) VALUES ('e', 'n', 'everybody', FALSE)";
        ground.run("INSERT INTO audit_entries (id, chain, seq, leaf, hash, at) VALUES ('e', 'c', 1, '', '', 0)");
        ground.refuses(field);
        ground.run(&field.replace("everybody", "office"));
    }

    fn a_plan_is_one_of_its_kind(ground) {
        world(ground);
        ground.refuses(&format!("UPDATE workspaces SET plan = 'discovery' WHERE id = '{}'", workspace(ARTIST)));
        ground.run(&format!("UPDATE workspaces SET plan = 'discovery' WHERE id = '{}'", workspace(PRESENTER)));
    }

    fn a_workspace_stays_of_its_kind_and_an_account_its_persons(ground) {
        world(ground);
        ground.run(&insert("workspaces", &[
            ("id", key(workspace(99))), ("kind", "artist".into()), ("name", "".into()), ("plan", "solo".into()),
            ("created_at", Sql::N(0)), ("version", Sql::N(1)),
        ]));
        // nothing refers to it yet, and still
        let error = ground.refuses(&format!("UPDATE workspaces SET kind = 'agency', plan = 'house' WHERE id = '{}'", workspace(99)));
        assert!(error.contains("stays of its kind"), "{error}");
        let error = ground.refuses("UPDATE accounts SET person = 'another'");
        assert!(error.contains("stays its person"), "{error}");
    }

    fn a_profile_is_an_artists(ground) {
        world(ground);
        ground.refuses(&format!("UPDATE profiles SET workspace = '{}' WHERE id = '{}'", workspace(AGENCY), profile(ARTIST)));
        let note = |by: u128| insert("profile_notes", &[
            ("profile", key(profile(ARTIST))), ("agency", key(workspace(by))), ("note", "".into()), ("version", Sql::N(1)),
        ]);
        ground.refuses(&note(PRESENTER));
        ground.run(&note(AGENCY));
    }

    fn a_profile_is_verified_with_its_workspace(ground) {
        world(ground);
        let apart = "SELECT COUNT(*) FROM profiles JOIN workspaces ON workspaces.id = profiles.workspace \
                     WHERE profiles.verified <> workspaces.verified";
        assert_eq!(ground.number("SELECT COUNT(*) FROM profiles WHERE verified"), 2);
        ground.refuses("UPDATE profiles SET verified = FALSE");
        ground.run(&format!("UPDATE workspaces SET verified = FALSE WHERE id = '{}'", workspace(ARTIST)));
        assert_eq!((ground.number("SELECT COUNT(*) FROM profiles WHERE verified"), ground.number(apart)), (1, 0));
        ground.refuses(&format!("UPDATE profiles SET verified = TRUE WHERE id = '{}'", profile(ARTIST)));
        // whatever a new row says of itself
        ground.run(&insert("workspaces", &[
            ("id", key(workspace(99))), ("kind", "artist".into()), ("name", "".into()), ("plan", "solo".into()),
            ("created_at", Sql::N(0)), ("version", Sql::N(1)),
        ]));
        let mut rows = Rows::default();
        rows.profile(profile(99), workspace(99), "Carla", "public");
        rows.plant(ground);
        assert_eq!(ground.number(apart), 0);
    }

    fn opting_in_is_for_a_public_profile_that_its_artist_holds(ground) {
        world(ground);
        let set = |what: &str| format!("UPDATE profiles SET {what} WHERE id = '{}'", profile(ARTIST));
        ground.refuses(&set("level = 'private_listing', opted_in = TRUE"));
        ground.run(&set("opted_in = TRUE"));
        ground.refuses(&set("level = 'stealth'"));
        ground.refuses(&set("claimed = FALSE"));
        ground.refuses(&set("opted_in = FALSE, level = 'public', claimed = FALSE"));
        ground.refuses(&set("opted_in = FALSE, level = 'workspace_private', discoverable = TRUE, claimed = FALSE"));
        ground.run(&set("opted_in = FALSE, level = 'workspace_private', claimed = FALSE"));
    }

    fn only_a_managed_profile_has_a_claim_and_every_claim_an_end(ground) {
        world(ground);
        let set = |what: &str| format!("UPDATE profiles SET {what} WHERE id = '{}'", profile(ARTIST));
        ground.refuses(&set("claim = 'digest', claim_expires_at = 1"));
        let managed = "level = 'workspace_private', claimed = FALSE";
        ground.refuses(&set(&format!("{managed}, claim = 'digest'")));
        ground.run(&set(&format!("{managed}, claim = 'digest', claim_expires_at = 1")));
        ground.refuses(&set("claimed = TRUE"));
        ground.run(&set("claimed = TRUE, claim = '', claim_expires_at = NULL"));
    }

    fn a_mandate_is_an_agencys_with_the_artist_of_the_profile(ground) {
        world(ground);
        let mandate = |artist: u128, agency: u128, of: u128, by: u128| insert("mandates", &[
            ("id", key(id::<MandateId>(RECORD))), ("artist", key(workspace(artist))), ("agency", key(workspace(agency))),
            ("profile", key(profile(of))), ("territory", "".into()), ("commission_bp", Sql::N(0)), ("payload", "".into()),
            ("digest", "".into()), ("state", "invited".into()), ("offered_by", key(id::<AccountId>(by))), ("offered_at", Sql::N(0)), ("version", Sql::N(1)),
        ]);
        ground.refuses(&mandate(OTHER_ARTIST, AGENCY, ARTIST, AGENCY));
        ground.refuses(&mandate(ARTIST, PRESENTER, ARTIST, AGENCY));
        ground.refuses(&mandate(ARTIST, OTHER_ARTIST, ARTIST, AGENCY));
        ground.refuses(&mandate(ARTIST, AGENCY, ARTIST, 999));
        ground.run(&mandate(ARTIST, AGENCY, ARTIST, AGENCY));
        for state in ["active", "ending", "ended"] {
            ground.refuses(&format!("UPDATE mandates SET state = '{state}'"));
        }
        ground.refuses("UPDATE mandates SET state = 'other'");
    }

    fn partners_are_two_agencies(ground) {
        world(ground);
        let partnership = |asker: u128, asked: u128, by: u128| insert("partnerships", &[
            ("id", key(id::<PartnershipId>(RECORD))), ("asker", key(workspace(asker))), ("asked", key(workspace(asked))),
            ("payload", "".into()), ("digest", "".into()), ("state", "asked".into()), ("offered_by", key(id::<AccountId>(by))), ("created_at", Sql::N(0)),
            ("version", Sql::N(1)),
        ]);
        for (asker, asked) in [(AGENCY, AGENCY), (AGENCY, PRESENTER), (ARTIST, AGENCY)] {
            ground.refuses(&partnership(asker, asked, AGENCY));
        }
        ground.refuses(&partnership(AGENCY, OTHER_AGENCY, 999));
        ground.run(&partnership(AGENCY, OTHER_AGENCY, AGENCY));
    }

    fn presenters_alone_are_invited_to_a_stealth_roster(ground) {
        world(ground);
        let invite = |whom: u128| insert("stealth_invitations", &[
            ("profile", key(profile(ARTIST))), ("presenter", key(workspace(whom))), ("inviter", key(workspace(ARTIST))),
            ("created_at", Sql::N(0)),
        ]);
        ground.refuses(&invite(AGENCY));
        ground.refuses(&invite(OTHER_ARTIST));
        ground.run(&invite(PRESENTER));
    }

    fn counsel_is_invited_to_an_engagement_and_colleagues_to_none(ground) {
        world(ground);
        let invitation = |role: &str, on: Option<u128>| {
            let token = if ground.address.is_postgres() { "decode('00', 'hex')" } else { "X'00'" };
            let row = insert("invitations", &[
                ("id", key(id::<InvitationId>(RECORD))), ("workspace", key(workspace(ARTIST))),
                ("engagement", on.map(|it| text(id::<EngagementId>(it))).into()), ("mailbox", "".into()), ("role", role.into()),
                ("token", "TOKEN".into()), ("invited_by", key(id::<AccountId>(ARTIST))), ("created_at", Sql::N(0)),
                ("expires_at", Sql::N(0)),
            ]);
            row.replace("'TOKEN'", token)
        };
        ground.refuses(&invitation("counsel", None));
        ground.refuses(&invitation("manager", Some(WITH)));
        ground.refuses(&invitation("counsel", Some(999)));
        ground.run(&invitation("counsel", Some(WITH)));
    }

    fn a_factor_that_waits_stands_beside_one_in_force(ground) {
        world(ground);
        let bytes = if ground.address.is_postgres() { "decode('00', 'hex')" } else { "X'00'" };
        let account = id::<AccountId>(ARTIST);
        ground.run(&format!("INSERT INTO factors (account, secret) VALUES ('{account}', {bytes})"));
        ground.refuses(&format!("UPDATE factors SET next_secret = {bytes}"));
        ground.run(&format!("UPDATE factors SET next_secret = {bytes}, confirmed_at = 1"));
        ground.refuses(&format!("INSERT INTO factors (account, secret) VALUES ('{account}', {bytes})"));
    }
}
