//! What the house writes to people about their accounts. Plain text; a link only leads to a page with a button.

use crate::outbox::Letter;
use domain::{Moment, Role};

const SIGNED: &str = "\n\nKalinklo Artists\n";

fn letter(to: &str, subject: &str, text: String) -> Letter {
    Letter::plain(to, subject, text + SIGNED)
}

/// An instant as mails write it, in UTC, since we do not know where the reader is.
pub(crate) fn said(at: Moment) -> String {
    at.timestamp().map(|it| it.strftime("%a %-d %B %Y, %H:%M UTC").to_string()).unwrap_or_default()
}

/// To a new applicant.
pub(super) fn applied(to: &str, name: &str, approved: bool, origin: &str) -> Letter {
    let next = if approved {
        format!(
            "Your code was accepted, so your account is approved. Sign in with this address:\n\n{origin}/sign-in"
        )
    } else {
        format!(
            "A person reads each application. You will have a mail from us when yours is decided.\n\nUntil then you can \
             sign in with this address to see your application, correct it or withdraw it:\n\n{origin}/sign-in"
        )
    };
    let text = format!(
        "Dear {name},\n\nthank you for applying for an account at Kalinklo Artists.\n\n{next}\n\nIf it was not you who \
         applied, you need not do anything: without this mailbox nobody can sign in."
    );
    letter(to, "Your application to Kalinklo Artists", text)
}

/// To somebody whose address has an account already.
pub(super) fn applied_again(to: &str, origin: &str) -> Letter {
    let text = format!(
        "Somebody, perhaps you, just applied for an account at Kalinklo Artists with this address. It has an account \
         already, so nothing was changed.\n\nSign in with this address to see where it stands:\n\n{origin}/sign-in\n\nIf \
         it was not you, you need not do anything."
    );
    letter(to, "You already have an account at Kalinklo Artists", text)
}

/// Digits as people read them out: `123 456`.
fn in_threes(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The sign-in link, with the short code for the browser that asked.
pub(super) fn link(to: &str, token: &str, code: &str, until: Moment, origin: &str) -> Letter {
    let text = format!(
        "Open this link in the browser in which you asked for it, and press the button there:\n\n\
         {origin}/sign-in/link?token={token}\n\nIf you read this mail elsewhere, enter this code in that browser \
         instead:\n\n    {}\n\nBoth work once, until {}. We never ask for the code by telephone or mail.\n\nIf it was \
         not you who asked, you need not do anything.",
        in_threes(code),
        said(until),
    );
    letter(to, "Your sign-in link for Kalinklo Artists", text)
}

/// To a new admin.
pub(super) fn made_admin(to: &str, token: &str, until: Moment, origin: &str) -> Letter {
    let text = format!(
        "This address now belongs to the platform staff of this house. Open the link, press the button, and set up \
         your second factor:\n\n{origin}/sign-in/link?token={token}\n\nThe link works once, until {}. Afterwards ask for \
         a new one at {origin}/sign-in.",
        said(until),
    );
    letter(to, "Your staff account at Kalinklo Artists", text)
}

/// The decision: yes.
pub(super) fn approved(to: &str, name: &str, origin: &str) -> Letter {
    let text = format!(
        "Dear {name},\n\nyour application was read and approved. Sign in with this address:\n\n{origin}/sign-in"
    );
    letter(to, "Your account at Kalinklo Artists is approved", text)
}

/// The decision: no.
pub(super) fn rejected(to: &str, name: &str, reason: &str, origin: &str) -> Letter {
    let text = format!(
        "Dear {name},\n\nyour application was read, and we cannot approve it as it stands. The reason:\n\n{reason}\n\n\
         You may sign in, correct it and apply again:\n\n{origin}/sign-in"
    );
    letter(to, "Your application to Kalinklo Artists", text)
}

/// The account is stopped.
pub(super) fn suspended(to: &str, name: &str, reason: &str, origin: &str) -> Letter {
    let text = format!(
        "Dear {name},\n\nyour account is suspended and all its sessions were ended. The reason:\n\n{reason}\n\nNothing of \
         yours was deleted. If you think this is a mistake, write to us:\n\n{origin}/help/contact/"
    );
    letter(to, "Your account at Kalinklo Artists is suspended", text)
}

/// The account is open again.
pub(super) fn reinstated(to: &str, name: &str, reason: &str, origin: &str) -> Letter {
    let text = format!(
        "Dear {name},\n\nyour account is no longer suspended. The reason:\n\n{reason}\n\nSign in with this \
         address:\n\n{origin}/sign-in"
    );
    letter(to, "Your account at Kalinklo Artists is open again", text)
}

/// The workspace is verified.
pub(super) fn verified(to: &str, workspace: &str, origin: &str) -> Letter {
    let text = format!(
        "We have verified {workspace}. What that opens depends on its kind and plan; its pages show it:\n\n\
         {origin}/sign-in"
    );
    letter(to, &format!("{workspace} is verified"), text)
}

/// The workspace is no longer verified.
pub(super) fn unverified(to: &str, workspace: &str, reason: &str, origin: &str) -> Letter {
    let text = format!(
        "We have taken back the verification of {workspace}. It is no longer listed or shown in public, and nothing was \
         deleted. The reason:\n\n{reason}\n\nIf you think this is a mistake, write to us:\n\n{origin}/help/contact/"
    );
    letter(to, &format!("{workspace} is no longer verified"), text)
}

/// An invitation into a workspace.
pub(super) fn invited(to: &str, by: &str, workspace: &str, role: Role, token: &str, origin: &str) -> Letter {
    let role = role.with_article();
    let text = format!(
        "{by} invites you to join {workspace} as {role}. Open the page, and decide there:\n\n\
         {origin}/join?token={token}\n\nThe invitation is for this address alone and lasts fourteen days. A person at \
         the platform reads each new account before it is opened."
    );
    letter(to, &format!("{workspace} invites you to Kalinklo Artists"), text)
}

/// An invitation of counsel.
pub(super) fn invited_counsel(to: &str, by: &str, workspace: &str, token: &str, origin: &str) -> Letter {
    let text = format!(
        "{by} of {workspace} asks you to act as counsel on one of their engagements. Open the page, and decide \
         there:\n\n{origin}/join?token={token}\n\nThe invitation is for this address alone and lasts fourteen days. You \
         will see that engagement’s contract, the documents opened to you, and its ledger, and nothing else."
    );
    letter(to, &format!("{workspace} asks you to act as counsel"), text)
}

/// A member was taken out of a workspace.
pub(super) fn removed(to: &str, workspace: &str) -> Letter {
    let text = format!(
        "You are no longer a member of {workspace} at Kalinklo Artists. Your own account stays as it is."
    );
    letter(to, &format!("You are no longer a member of {workspace}"), text)
}

/// A message from the public form, to the operator.
pub(super) fn contact(to: &str, name: &str, email: &str, subject: &str, message: &str) -> Letter {
    let text = format!(
        "{name} <{email}> wrote by the contact form. The address was typed there and is not verified.\n\n\
         Subject: {subject}\n\n{message}"
    );
    Letter::plain(to, format!("[Contact] {subject}"), text + "\n")
}
