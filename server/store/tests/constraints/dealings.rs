//! Engagements and their records, drafts, enquiries.

use super::*;

both! {
    fn the_parties_of_an_engagement_are_of_their_kinds(ground) {
        world(ground);
        let engagement = |artist: u128, of: u128, agency: Option<u128>, presenter: u128| insert("engagements", &[
            ("id", key(id::<EngagementId>(RECORD))), ("reference", "R".into()), ("title", "".into()),
            ("artist", key(workspace(artist))), ("profile", key(profile(of))),
            ("agency", agency.map(|it| text(workspace(it))).into()), ("presenter", key(workspace(presenter))),
            ("created_at", Sql::N(0)), ("version", Sql::N(1)),
        ]);
        ground.refuses(&engagement(OTHER_ARTIST, ARTIST, None, PRESENTER));
        ground.refuses(&engagement(ARTIST, ARTIST, Some(OTHER_ARTIST), PRESENTER));
        ground.refuses(&engagement(ARTIST, ARTIST, Some(PRESENTER), PRESENTER));
        ground.refuses(&engagement(ARTIST, ARTIST, None, AGENCY));
        ground.refuses(&engagement(ARTIST, ARTIST, None, ARTIST));
        ground.run(&engagement(ARTIST, ARTIST, Some(AGENCY), PRESENTER));
    }

    fn a_record_has_the_parties_of_its_engagement(ground) {
        world(ground);
        ground.run(&request(WITH, &[]));
        let wrong: [(u128, (&'static str, Sql)); 6] = [
            (WITH, ("artist", key(workspace(OTHER_ARTIST)))),
            (WITH, ("agency", key(workspace(OTHER_AGENCY)))),
            (WITH, ("agency", Sql::Null)),
            (WITH, ("presenter", key(workspace(AGENCY)))),
            (WITHOUT, ("agency", key(workspace(AGENCY)))),
            (WITHOUT, ("artist", key(workspace(OTHER_ARTIST)))),
        ];
        for (on, but) in wrong {
            let other = ("id", key(id::<RequestId>(31)));
            for of in [request, hold, message, document] {
                ground.refuses(&of(on, &[but.clone(), other.clone()]));
            }
        }
        for it in [hold(WITH, &[]), message(WITH, &[]), document(WITH, &[])] {
            ground.run(&it);
        }
        // nor do the parties change under their records
        let set = |what: String| ground.refuses(&format!("UPDATE engagements SET {what} WHERE id = '{}'", id::<EngagementId>(WITH)));
        set("agency = NULL".into());
        set(format!("agency = '{}'", workspace(OTHER_AGENCY)));
        set(format!("artist = '{}', profile = '{}'", workspace(OTHER_ARTIST), profile(OTHER_ARTIST)));
    }

    fn the_terms_of_a_request_are_somebodys(ground) {
        world(ground);
        ground.refuses(&request(WITH, &[("offered_by", Sql::Null)]));
        ground.refuses(&request(WITH, &[("offered_by", key(id::<AccountId>(999)))]));
        ground.run(&request(WITH, &[]));
    }

    fn a_hold_is_of_a_request_and_its_ranks_are_the_artists(ground) {
        world(ground);
        ground.run(&request(WITH, &[]));
        ground.refuses(&hold(WITHOUT, &[]));
        ground.run(&hold(WITH, &[]));
        let day = |artist: u128, rank: i64| insert("hold_days", &[
            ("hold", key(id::<HoldId>(RECORD))), ("artist", key(workspace(artist))), ("day", "2027-05-01".into()), ("rank", rank.into()),
        ]);
        ground.refuses(&day(OTHER_ARTIST, 1));
        ground.refuses(&day(ARTIST, 0));
        ground.run(&day(ARTIST, 1));
    }

    fn a_confirmed_deadline_stays_and_a_hold_ends_once(ground) {
        world(ground);
        ground.run(&request(WITH, &[]));
        ground.run(&hold(WITH, &[]));
        let error = ground.refuses("UPDATE holds SET expires_at = expires_at - 1");
        assert!(error.contains("was confirmed"), "{error}");
        ground.refuses("UPDATE holds SET warn_at = expires_at");
        for state in ["released", "withdrawn", "expired"] {
            ground.run(&format!("UPDATE holds SET state = '{state}'"));
            let error = ground.refuses("UPDATE holds SET state = 'active'");
            assert!(error.contains("stays over"), "{error}");
            ground.run("DELETE FROM holds");
            ground.run(&hold(WITH, &[]));
        }
    }

    fn a_side_is_one_that_the_engagement_has(ground) {
        world(ground);
        ground.refuses(&message(WITHOUT, &[("side", "agency".into())]));
        ground.refuses(&document(WITHOUT, &[("side", "agency".into())]));
        ground.run(&message(WITH, &[("side", "agency".into())]));
        ground.run(&document(WITH, &[("side", "agency".into())]));
        let counsel = |on: u128, side: &str| insert("engagement_counsel", &[
            ("engagement", key(id::<EngagementId>(on))), ("account", key(id::<AccountId>(COUNSEL))), ("side", side.into()),
            ("invited_at", Sql::N(0)),
        ]);
        ground.refuses(&counsel(WITHOUT, "agency"));
        ground.run(&counsel(WITHOUT, "artist"));
        ground.refuses("UPDATE engagement_counsel SET side = 'agency'");
        ground.run(&counsel(WITH, "agency"));
    }

    fn what_was_sent_or_shared_stays_as_it_was(ground) {
        world(ground);
        ground.run(&message(WITH, &[]));
        ground.run(&document(WITH, &[]));
        for what in ["body = 'other'", "side = 'presenter'", "sent_at = 0"] {
            let error = ground.refuses(&format!("UPDATE messages SET {what}"));
            assert!(error.contains("never changes"), "{error}");
        }
        for what in ["side = 'artist'", "digest = 'two'", "shared = FALSE"] {
            ground.refuses(&format!("UPDATE documents SET {what}"));
        }
        ground.run("UPDATE documents SET state = 'erased', version = 2");
    }

    fn a_document_is_open_to_counsel_of_its_own_side_and_on_its_engagement(ground) {
        world(ground);
        ground.run(&document(WITH, &[]));
        let counsel = |on: u128, side: &str| insert("engagement_counsel", &[
            ("engagement", key(id::<EngagementId>(on))), ("account", key(id::<AccountId>(COUNSEL))), ("side", side.into()),
            ("invited_at", Sql::N(0)),
        ]);
        let open = |on: u128, side: &str| insert("document_counsel", &[
            ("document", key(id::<DocumentId>(RECORD))), ("account", key(id::<AccountId>(COUNSEL))),
            ("engagement", key(id::<EngagementId>(on))), ("side", side.into()),
        ]);
        ground.refuses(&open(WITH, "presenter"));
        ground.run(&counsel(WITHOUT, "presenter"));
        ground.refuses(&open(WITHOUT, "presenter"));
        ground.run(&counsel(WITH, "artist"));
        ground.refuses(&open(WITH, "artist"));
        ground.refuses(&open(WITH, "presenter"));
        ground.run("DELETE FROM engagement_counsel");
        ground.run(&counsel(WITH, "presenter"));
        ground.run(&open(WITH, "presenter"));
        ground.refuses("UPDATE engagement_counsel SET side = 'artist'");
        // whoever comes back as counsel of another side has none of the documents of before
        ground.run("DELETE FROM engagement_counsel");
        ground.run(&counsel(WITH, "artist"));
        assert_eq!(ground.count("document_counsel"), 0);
    }

    fn a_draft_is_one_workspaces_and_is_decided_once(ground) {
        world(ground);
        ground.refuses(&draft(&[("owner_kind", "presenter".into())]));
        ground.refuses(&draft(&[("owner", Sql::Null)]));
        ground.refuses(&draft(&[("owner_kind", Sql::Null)]));
        ground.run(&draft(&[]));
        ground.refuses(&format!("UPDATE drafts SET owner = '{}'", workspace(OTHER_AGENCY)));
        ground.refuses("UPDATE drafts SET kind = 'hold'");
        ground.run("UPDATE drafts SET payload = '{ }', digest = 'two'");
        ground.run("UPDATE drafts SET state = 'confirmed'");
        for what in ["state = 'prepared'", "state = 'discarded'", "payload = '{}'", "digest = 'one'"] {
            let error = ground.refuses(&format!("UPDATE drafts SET {what}"));
            assert!(error.contains("decided once"), "{error}");
        }
        // the engagement that it began is noted afterwards
        ground.run(&format!("UPDATE drafts SET engagement = '{}'", id::<EngagementId>(WITH)));
    }

    fn an_enquiry_reaches_an_agency_by_its_artist_and_the_platform_by_none(ground) {
        world(ground);
        let enquiry = |artist: Option<u128>, agency: Option<u128>, prepared: bool| {
            let mut columns = vec![
                ("id", key(id::<EnquiryId>(RECORD))), ("artist", artist.map(|it| text(workspace(it))).into()),
                ("agency", agency.map(|it| text(workspace(it))).into()), ("artist_text", "".into()),
                ("organisation", "".into()), ("name", "".into()), ("email", "".into()), ("message", "".into()),
                ("state", "unverified_sender".into()), ("received_at", Sql::N(0)), ("version", Sql::N(1)),
            ];
            if prepared {
                columns.extend([
                    ("prepared", "{}".into()), ("digest", "one".into()), ("prepared_by", key(id::<AccountId>(ARTIST))),
                ]);
            }
            insert("enquiries", &columns)
        };
        ground.refuses(&enquiry(None, Some(AGENCY), false));
        ground.refuses(&enquiry(Some(AGENCY), None, false));
        ground.refuses(&enquiry(Some(ARTIST), Some(PRESENTER), false));
        ground.refuses(&enquiry(Some(ARTIST), None, true));
        ground.run(&enquiry(None, None, true));
        ground.refuses("UPDATE enquiries SET digest = ''");
        ground.refuses("UPDATE enquiries SET prepared = NULL");
        ground.refuses("UPDATE enquiries SET prepared_by = NULL");
        ground.run("DELETE FROM enquiries");
        ground.run(&enquiry(Some(ARTIST), Some(AGENCY), false));
    }
}
