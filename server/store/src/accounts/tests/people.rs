//! People of the tests, made through the same doors as everybody.

use super::ground::{Ground, NOW, ORIGIN};
use crate::accounts::{self, CodeTerms, Issued, Miss, SignUpFault, Signing};
use crate::{Acting, StoreError};
use diesel::prelude::*;
use domain::bounded::{Email, Line, Prose};
use domain::{AccountId, Kind, Moment, Version, WorkspaceId};
use policy::facts::ThePlatform;
use policy::{Action, Asker, Facts, Permit, Unasked, actions};
use std::sync::Arc;

pub(crate) fn line(text: &str) -> Line {
    Line::line("a text", text).unwrap()
}
pub(crate) fn prose(text: &str) -> Prose {
    Prose::prose("a text", text).unwrap()
}
pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}
pub(crate) fn browser(number: u8) -> [u8; 32] {
    accounts::hash(&[number; 32])
}

impl Ground {
    /// The permit, or why not.
    pub(crate) fn permit<A: Action>(
        &self,
        asker: &Arc<Asker>,
        on: <A::On as Facts>::Id,
        input: A::Input,
    ) -> Result<Permit<A>, StoreError>
    where
        A::On: crate::Load,
    {
        self.store.read(asker, |db| db.permit::<A>(on, input))
    }
    pub(crate) fn platform<A: Action<On = policy::facts::Platform, Input = Unasked>>(
        &self,
        asker: &Arc<Asker>,
    ) -> Permit<A> {
        self.permit::<A>(asker, ThePlatform, Unasked).unwrap()
    }

    pub(crate) fn sign_up(&self, kind: Kind, address: &str, code: Option<&str>) -> Result<(), SignUpFault> {
        let permit = self.platform::<actions::SignUp>(&self.visitor(NOW));
        let it = Signing {
            kind,
            name: line(&format!("Person {address}")),
            workspace: line(&format!("House of {address}")),
            email: email(address),
            application: prose("We play."),
            code: code.map(str::to_owned),
        };
        accounts::sign_up(&self.store, permit, &it, ORIGIN)
    }
    pub(crate) fn account(&self, address: &str) -> AccountId {
        use crate::schema::accounts;
        let id: String = accounts::table
            .filter(accounts::email.eq(address))
            .select(accounts::id)
            .first(&mut *self.store.reader().unwrap())
            .unwrap();
        id.parse().unwrap()
    }
    pub(crate) fn status(&self, address: &str) -> String {
        use crate::schema::accounts;
        accounts::table
            .filter(accounts::email.eq(address))
            .select(accounts::status)
            .first(&mut *self.store.reader().unwrap())
            .unwrap()
    }
    pub(crate) fn workspace(&self, address: &str) -> WorkspaceId {
        use crate::schema::memberships;
        let id: String = memberships::table
            .filter(memberships::account.eq(self.account(address).to_string()))
            .order(memberships::id)
            .select(memberships::workspace)
            .first(&mut *self.store.reader().unwrap())
            .unwrap();
        id.parse().unwrap()
    }
    /// A new admin.
    pub(crate) fn admin(&self, address: &str) -> AccountId {
        let permit = self.platform::<actions::CreateAdmin>(&self.operator(NOW));
        accounts::admin_create(&self.store, permit, &email(address), &line("Staff"), ORIGIN).unwrap().account
    }
    /// The admin asking at `now` with a factor of this age.
    pub(crate) fn staff(&self, admin: AccountId, now: Moment, factor: i64) -> Arc<Asker> {
        self.as_account(admin, Acting::Admin, now, Some(factor))
    }
    /// An approved owner of a new workspace.
    pub(crate) fn approved(&self, kind: Kind, address: &str) -> (AccountId, WorkspaceId) {
        self.sign_up(kind, address, None).unwrap();
        let id = self.account(address);
        let admin = self.some_admin();
        let permit =
            self.permit::<actions::ApproveAccount>(&self.staff(admin, NOW, 10), id, policy::Factor).unwrap();
        let shown = permit.version();
        accounts::approve(&self.store, permit, shown, None, ORIGIN).unwrap();
        (id, self.workspace(address))
    }
    pub(crate) fn some_admin(&self) -> AccountId {
        use crate::schema::accounts;
        let known: Option<String> = accounts::table
            .filter(accounts::is_admin.eq(true))
            .select(accounts::id)
            .first(&mut *self.store.reader().unwrap())
            .optional()
            .unwrap();
        known.map_or_else(|| self.admin("staff@kalinklo.example"), |it| it.parse().unwrap())
    }
    pub(crate) fn code_for(&self, kind: Kind, uses: i64, verifies: bool) -> accounts::IssuedCode {
        let asker = self.staff(self.some_admin(), NOW, 10);
        let permit = self.permit::<actions::IssueCode>(&asker, ThePlatform, policy::Factor).unwrap();
        let terms = CodeTerms { kind, uses, days: 30, note: line("For the festival"), verifies };
        accounts::code_issue(&self.store, permit, &terms).unwrap()
    }
    pub(crate) fn ask_link(&self, address: &str, from: u8, now: Moment) {
        let permit = self.platform::<actions::SignIn>(&self.visitor(now));
        accounts::link_request(&self.store, &permit, &email(address), &browser(from), ORIGIN).unwrap();
    }
    pub(crate) fn redeem(&self, token: &str, from: u8, now: Moment) -> Result<Issued, Miss> {
        let permit = self.platform::<actions::SignIn>(&self.visitor(now));
        let token = accounts::hash_of_text(token).unwrap();
        accounts::link_redeem(&self.store, permit, &token, &browser(from), "A browser", None)
    }
    pub(crate) fn redeem_code(&self, code: &str, from: u8, now: Moment) -> Result<Issued, Miss> {
        let permit = self.platform::<actions::SignIn>(&self.visitor(now));
        accounts::code_redeem(&self.store, permit, code, &browser(from), "A browser", None)
    }
    /// Signs in by link.
    pub(crate) fn signed_in(&self, address: &str, from: u8, now: Moment) -> Issued {
        self.ask_link(address, from, now);
        self.redeem(&self.token(address), from, now).unwrap()
    }
    pub(crate) fn application(&self, account: AccountId) -> accounts::Application {
        let asker = self.as_account(account, Acting::Account, NOW, None);
        self.store
            .read(&asker, |db| {
                let permit = db.permit::<actions::ViewApplication>(account, Unasked)?;
                accounts::view(db, &permit)
            })
            .unwrap()
    }
    pub(crate) fn version(&self, account: AccountId) -> Version {
        self.application(account).version
    }
}
