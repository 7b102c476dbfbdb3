//! What a decision costs: from typed facts to a permit, and a row-right in a page of 50 rows.
//!
//! `cargo bench -p policy` prints medians in microseconds. `docs/performance.md` keeps the figures and their bars.

#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::expect_used)]

use domain::records::{DraftKind, DraftState};
use domain::time::key_of;
use domain::{AccountStatus, Capability, Digest, Id, Kind, Level, Moment, Role, Version};
use policy::facts::{Draft, Engagement, Parties, Platform, Profile};
use policy::{Action, Actor, Asker, Bundle, Engine, Factor, Member, Shown, Staff, Unasked, actions};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

fn id<I: Id>(number: u128) -> I {
    I::from_key(key_of(number))
}

fn asker(actor: Actor) -> Arc<Asker> {
    let now = Moment(1_800_000_000_000_000);
    Arc::new(Asker { actor, visit: id(9), now, factor_at: Some(now.plus(-Moment::MINUTE)) })
}

fn member(kind: Kind, workspace: u128) -> Arc<Asker> {
    asker(Actor::Member(
        kind,
        Member {
            person: id(1),
            account: id(2),
            status: AccountStatus::Approved,
            role: Role::Manager,
            workspace: id(workspace),
            verified: true,
            capabilities: vec![Capability::Discovery],
            grants: Vec::new(),
            in_person: false,
        },
    ))
}

fn profile(number: u128) -> Profile {
    Profile {
        id: id(1000 + number),
        version: Version(1),
        workspace: id(2000 + number),
        verified: true,
        level: Level::ALL[number as usize % 4],
        opted_in: true,
        discoverable: number.is_multiple_of(3),
        claimed: true,
        claim: String::new(),
        agencies: vec![id(12)],
        partners: Vec::new(),
        invited: vec![id(13)],
    }
}

fn engagement(number: u128) -> Engagement {
    let parties = Parties { artist: id(2000 + number), agency: Some(id(12)), presenter: id(13) };
    Engagement { id: id(3000 + number), version: Version(1), parties, counsel: Vec::new() }
}

/// The median of `runs` means over `inner` calls, in microseconds a call.
fn median(runs: usize, inner: usize, mut work: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            (0..inner).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(inner).expect("small"))
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[runs / 2]
}

fn single<A: Action>(engine: &Engine, who: &str, asker: &Arc<Asker>, on: &A::On, input: &A::Input) {
    let said = if engine.may::<A>(asker, on, input) { "allow" } else { "deny" };
    let cost = median(301, 50, || {
        black_box(engine.decide::<A>(black_box(asker), black_box(on), input.clone()).is_ok());
    });
    // the same facts put to all policies as they are written, as Cedar's own authorizer decides
    let whole = median(31, 10, || {
        black_box(engine.decide_by_whole::<A>(black_box(asker), black_box(on), input).is_ok());
    });
    let ratio = whole / cost;
    println!("{cost:7.2} {whole:8.1} {ratio:6.0}  {} as {who}: {said}", A::NAME.as_str());
}

fn rows<A: Action>(engine: &Engine, who: &str, asker: &Arc<Asker>, on: &[A::On], input: &A::Input) {
    let yes = engine.decide_rows::<A>(asker, on, input).iter().flatten().count();
    let cost = median(301, 5, || {
        black_box(engine.decide_rows::<A>(black_box(asker), black_box(on), input).len());
    });
    let each = cost / f64::from(u32::try_from(on.len()).expect("small"));
    let singly = median(31, 1, || {
        for it in on {
            black_box(engine.may::<A>(black_box(asker), black_box(it), input));
        }
    });
    let singly = singly / f64::from(u32::try_from(on.len()).expect("small"));
    let ratio = singly / each;
    println!(
        "{each:7.2} {singly:8.2} {ratio:6.1}  {} as {who}: {yes} of {} rows",
        A::NAME.as_str(),
        on.len()
    );
}

fn main() {
    let start = Instant::now();
    let engine = Engine::load(&Bundle::embedded()).expect("the policies load");
    println!(
        "{:.0} ms to load {} policies into {} environments\n",
        start.elapsed().as_secs_f64() * 1e3,
        engine.texts().len(),
        engine.environments()
    );
    let (agency, presenter, artist) =
        (member(Kind::Agency, 12), member(Kind::Presenter, 13), member(Kind::Artist, 2004));
    let admin = asker(Actor::Admin(Staff { person: id(1), account: id(2), status: AccountStatus::Approved }));
    let visitor = asker(Actor::Visitor);
    let shown = Digest([7; 32]);
    let draft = Draft {
        id: id(5000),
        version: Version(1),
        owner_kind: Kind::Agency,
        owner: id(12),
        kind: DraftKind::Hold,
        state: DraftState::Prepared,
        digest_text: shown.to_string(),
    };

    println!(
        "µs a decision, facts to permit (bar 20); all policies by Cedar's authorizer; how many times that is"
    );
    single::<actions::ViewFolio>(&engine, "visitor", &visitor, &profile(4), &Unasked);
    single::<actions::ViewListing>(&engine, "presenter", &presenter, &profile(4), &Unasked);
    single::<actions::FindListing>(&engine, "agency", &agency, &profile(4), &Unasked);
    single::<actions::ViewProfile>(&engine, "artist", &artist, &profile(4), &Unasked);
    single::<actions::ViewProfile>(&engine, "another artist", &artist, &profile(5), &Unasked);
    single::<actions::SetLevel>(&engine, "agency", &agency, &profile(4), &Level::Stealth);
    single::<actions::ViewEngagement>(&engine, "presenter", &presenter, &engagement(4), &Unasked);
    single::<actions::Confirm>(&engine, "agency", &agency, &draft, &Shown(shown));
    single::<actions::ViewSecurity>(&engine, "admin", &admin, &Platform, &Factor);

    println!("\nµs a row-right, 50 rows at once (bar 3); one by one; how many times that is");
    let profiles: Vec<Profile> = (0..50).map(profile).collect();
    rows::<actions::ViewListing>(&engine, "presenter", &presenter, &profiles, &Unasked);
    rows::<actions::FindListing>(&engine, "presenter", &presenter, &profiles, &Unasked);
    rows::<actions::PrepareRequest>(&engine, "presenter", &presenter, &profiles, &Unasked);
    rows::<actions::ViewProfile>(&engine, "agency", &agency, &profiles, &Unasked);
    rows::<actions::ViewProfile>(&engine, "artist, no two rows alike", &artist, &profiles, &Unasked);
    let engagements: Vec<Engagement> = (0..50).map(engagement).collect();
    rows::<actions::ViewEngagement>(&engine, "agency", &agency, &engagements, &Unasked);
    rows::<actions::ViewFee>(&engine, "agency", &agency, &engagements, &Unasked);
    rows::<actions::InviteCounsel>(&engine, "agency", &agency, &engagements, &Unasked);
    rows::<actions::ViewEngagement>(&engine, "artist, no two rows alike", &artist, &engagements, &Unasked);
}
