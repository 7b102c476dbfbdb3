//! States of the records of an engagement, and which may follow which.

use crate::people::words;

words! {
    /// A representation: artist and agency.
    MandateState {
        /// The agency asked.
        Invited = "invited",
        /// The artist accepted.
        Active = "active",
        /// An end is fixed.
        Ending = "ending",
        /// Over.
        Ended = "ended",
        /// The artist said no.
        Declined = "declined",
    }
}
words! {
    /// Two agencies that show each other listings.
    PartnershipState {
        /// One asked.
        Asked = "asked",
        /// Both agreed.
        Active = "active",
        /// Over, or declined.
        Ended = "ended",
    }
}
words! {
    /// A presenter's request.
    RequestState {
        /// Sent to the artist's office.
        Submitted = "submitted",
        /// The office granted a hold.
        Accepted = "accepted",
        /// The office said no.
        Declined = "declined",
        /// The office proposed something else; the presenter's move.
        Countered = "countered",
        /// The presenter took it back.
        Withdrawn = "withdrawn",
    }
}
words! {
    /// A claim on dates.
    HoldState {
        /// In force with its rank.
        Active = "active",
        /// Given back by the presenter.
        Released = "released",
        /// Taken back by the office.
        Withdrawn = "withdrawn",
        /// Its time ran out.
        Expired = "expired",
    }
}
words! {
    /// A document's content.
    DocumentState {
        /// There to be read.
        Available = "available",
        /// The owner erased the content; digest and name stay.
        Erased = "erased",
    }
}
words! {
    /// A prepared payload.
    DraftState {
        /// Waits for a person.
        Prepared = "prepared",
        /// A person confirmed exactly this.
        Confirmed = "confirmed",
        /// Thrown away, or overtaken.
        Discarded = "discarded",
    }
}
words! {
    /// What a draft will do once confirmed. Each is a right of its own.
    DraftKind {
        /// Send a request to the artist's office.
        Request = "request",
        /// Decline a request.
        Decline = "decline",
        /// Counter a request.
        Counter = "counter",
        /// Accept a request and grant the hold it asks for.
        Hold = "hold",
        /// Release a hold.
        Release = "release",
        /// Take a hold back.
        Withdrawal = "withdrawal",
        /// Send a message to the other side.
        Message = "message",
        /// Share a document with the other side.
        Document = "document",
        /// Offer an artist a mandate.
        Mandate = "mandate",
        /// Ask another agency to be a partner.
        Partnership = "partnership",
        /// Take a request back.
        WithdrawRequest = "withdraw_request",
        /// Answer somebody who wrote by the public form.
        EnquiryAnswer = "enquiry_answer",
        /// Give notice on a mandate, or end it at once.
        EndMandate = "end_mandate",
        /// End a partnership of agencies.
        EndPartnership = "end_partnership",
    }
}
words! {
    /// What came by the public form.
    EnquiryState {
        /// Nobody has checked who wrote it.
        Unverified = "unverified_sender",
        /// A person answered by mail.
        Answered = "answered",
        /// A person put it aside.
        Dismissed = "dismissed",
    }
}
words! {
    /// How far an engagement is; always derived from its records, never set.
    EngagementState {
        /// A question, with no claim on the diary.
        Inquiry = "inquiry",
        /// At least one hold is in force.
        Held = "held",
    }
}
words! {
    /// Who moves next on an engagement.
    Turn {
        /// The artist's office: the agency on record, or the artist.
        Office = "office",
        /// The presenter.
        Presenter = "presenter",
        /// Nobody; nothing is open.
        Nobody = "nobody",
    }
}

impl RequestState {
    /// Whether the office may still answer.
    #[must_use]
    pub fn open(self) -> bool {
        matches!(self, Self::Submitted | Self::Countered)
    }

    /// Whose answer it waits for.
    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            Self::Submitted => Turn::Office,
            Self::Countered => Turn::Presenter,
            Self::Accepted | Self::Declined | Self::Withdrawn => Turn::Nobody,
        }
    }
}

impl Turn {
    /// The turn of this side.
    #[must_use]
    pub fn of(side: crate::Side) -> Self {
        match side {
            crate::Side::Artist | crate::Side::Agency => Self::Office,
            crate::Side::Presenter => Self::Presenter,
        }
    }
}
