-- The whole house: people, workspaces, profiles, engagements, drafts, the ledger, and what runs beside them.
-- A generated `…_kind` column is there so that a reference names the kind of workspace too: the database refuses an
-- agency in an artist's place. `agency_key` lets a reference compare an agency that may be missing.
-- What policies take for granted, and what enforces it, stands in `schema/README.md`.
-- Ids are 22 characters in byte order of time; instants are microseconds since 1970 in UTC; days are YYYY-MM-DD.

CREATE TABLE accounts (
  id TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL,
  email TEXT NOT NULL,
  mailbox TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'suspended', 'withdrawn')),
  applicant TEXT NOT NULL CHECK (applicant IN ('artist', 'agency', 'presenter', 'counsel', 'staff')),
  application TEXT NOT NULL,
  reason TEXT,
  is_admin BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT COLLATE "C" REFERENCES accounts (id),
  access_code TEXT COLLATE "C",
  version BIGINT NOT NULL CHECK (version > 0)
);
CREATE INDEX accounts_by_status ON accounts (status, created_at, id);

CREATE TABLE workspaces (
  id TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('artist', 'agency', 'presenter')),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL DEFAULT '',
  verified BOOLEAN NOT NULL DEFAULT FALSE,
  verify_note TEXT,
  plan TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  version BIGINT NOT NULL CHECK (version > 0),
  UNIQUE (id, kind),
  CHECK ((kind = 'artist' AND plan IN ('solo', 'represented'))
    OR (kind = 'agency' AND plan IN ('studio', 'house'))
    OR (kind = 'presenter' AND plan IN ('season', 'discovery')))
);

CREATE TABLE memberships (
  id TEXT COLLATE "C" PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
  role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'assistant')),
  grants TEXT NOT NULL DEFAULT '' CHECK (grants IN ('', 'money')),
  in_person BOOLEAN NOT NULL DEFAULT FALSE,
  in_person_kind TEXT GENERATED ALWAYS AS (CASE WHEN in_person THEN 'artist' END) STORED,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  UNIQUE (account, workspace),
  CHECK (NOT in_person OR role = 'owner'),
  FOREIGN KEY (workspace, in_person_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX memberships_by_workspace ON memberships (workspace, account);

CREATE TABLE sessions (
  id TEXT COLLATE "C" PRIMARY KEY,
  token BYTEA NOT NULL UNIQUE,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  form_secret BYTEA NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  factor_at BIGINT
);
CREATE INDEX sessions_by_account ON sessions (account, created_at);

CREATE TABLE sign_in_links (
  token BYTEA PRIMARY KEY,
  mailbox TEXT NOT NULL,
  account TEXT COLLATE "C",
  browser BYTEA NOT NULL,
  code BYTEA NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE delays (
  key TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

CREATE TABLE factors (
  account TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
  secret BYTEA NOT NULL,
  confirmed_at BIGINT,
  last_step BIGINT NOT NULL DEFAULT 0,
  next_secret BYTEA,
  CHECK (next_secret IS NULL OR confirmed_at IS NOT NULL)
);
CREATE TABLE recovery_codes (
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  hash BYTEA NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (account, hash)
);

CREATE TABLE access_codes (
  id TEXT COLLATE "C" PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('artist', 'agency', 'presenter')),
  uses BIGINT NOT NULL CHECK (uses > 0),
  used BIGINT NOT NULL DEFAULT 0 CHECK (used <= uses),
  expires_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  verifies BOOLEAN NOT NULL,
  issuer TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  version BIGINT NOT NULL CHECK (version > 0)
);

CREATE TABLE profiles (
  id TEXT COLLATE "C" PRIMARY KEY,
  workspace TEXT COLLATE "C" NOT NULL UNIQUE,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sort_name TEXT COLLATE "C" NOT NULL,
  name_key TEXT NOT NULL,
  discipline TEXT NOT NULL,
  biography TEXT NOT NULL,
  based_in TEXT NOT NULL,
  contact_email TEXT NOT NULL DEFAULT '',
  contact_phone TEXT NOT NULL DEFAULT '',
  level TEXT NOT NULL CHECK (level IN ('public', 'private_listing', 'stealth', 'workspace_private')),
  opted_in BOOLEAN NOT NULL DEFAULT FALSE,
  discoverable BOOLEAN NOT NULL DEFAULT FALSE,
  verified BOOLEAN NOT NULL DEFAULT FALSE,
  claimed BOOLEAN NOT NULL DEFAULT TRUE,
  claim TEXT NOT NULL DEFAULT '',
  claim_expires_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  artist_kind TEXT NOT NULL GENERATED ALWAYS AS ('artist') STORED,
  UNIQUE (id, workspace),
  CHECK (claimed OR (level = 'workspace_private' AND NOT opted_in AND NOT discoverable)),
  CHECK (NOT opted_in OR level = 'public'),
  CHECK (NOT claimed OR claim = ''),
  CHECK ((claim = '') = (claim_expires_at IS NULL)),
  FOREIGN KEY (workspace, artist_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX profiles_found ON profiles (level, discoverable, verified, sort_name, id);
CREATE INDEX profiles_public ON profiles (level, opted_in, verified, sort_name, id);
CREATE INDEX profiles_by_name ON profiles (sort_name, id);

-- An address once given is never given again.
CREATE TABLE slugs (
  slug TEXT PRIMARY KEY,
  profile TEXT COLLATE "C" NOT NULL
);

CREATE TABLE profile_notes (
  profile TEXT COLLATE "C" NOT NULL REFERENCES profiles (id),
  agency TEXT COLLATE "C" NOT NULL,
  note TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_kind TEXT NOT NULL GENERATED ALWAYS AS ('agency') STORED,
  PRIMARY KEY (profile, agency),
  FOREIGN KEY (agency, agency_kind) REFERENCES workspaces (id, kind)
);

CREATE TABLE mandates (
  id TEXT COLLATE "C" PRIMARY KEY,
  artist TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  profile TEXT COLLATE "C" NOT NULL,
  territory TEXT NOT NULL,
  commission_bp BIGINT NOT NULL CHECK (commission_bp BETWEEN 0 AND 5000),
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'ending', 'ended', 'declined')),
  offered_by TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  offered_at BIGINT NOT NULL,
  starts_at BIGINT,
  ends_at BIGINT,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_kind TEXT NOT NULL GENERATED ALWAYS AS ('agency') STORED,
  CHECK (state NOT IN ('active', 'ending') OR starts_at IS NOT NULL),
  CHECK (state NOT IN ('ending', 'ended') OR ends_at IS NOT NULL),
  FOREIGN KEY (profile, artist) REFERENCES profiles (id, workspace),
  FOREIGN KEY (agency, agency_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX mandates_by_agency ON mandates (agency, state, profile);
CREATE INDEX mandates_by_profile ON mandates (profile, state, agency);
CREATE INDEX mandates_by_artist ON mandates (artist, agency, state);

CREATE TABLE partnerships (
  id TEXT COLLATE "C" PRIMARY KEY,
  asker TEXT COLLATE "C" NOT NULL,
  asked TEXT COLLATE "C" NOT NULL,
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'active', 'ended')),
  offered_by TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_kind TEXT NOT NULL GENERATED ALWAYS AS ('agency') STORED,
  CHECK (asker <> asked),
  FOREIGN KEY (asker, agency_kind) REFERENCES workspaces (id, kind),
  FOREIGN KEY (asked, agency_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX partnerships_by_asker ON partnerships (asker, state, asked);
CREATE INDEX partnerships_by_asked ON partnerships (asked, state, asker);

CREATE TABLE stealth_invitations (
  profile TEXT COLLATE "C" NOT NULL REFERENCES profiles (id),
  presenter TEXT COLLATE "C" NOT NULL,
  inviter TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
  created_at BIGINT NOT NULL,
  presenter_kind TEXT NOT NULL GENERATED ALWAYS AS ('presenter') STORED,
  PRIMARY KEY (profile, presenter),
  FOREIGN KEY (presenter, presenter_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX stealth_invitations_by_presenter ON stealth_invitations (presenter, profile);

-- What the inviting side typed, whether or not a presenter is behind it: they see this list and nothing else.
CREATE TABLE presenter_asks (
  profile TEXT COLLATE "C" NOT NULL REFERENCES profiles (id),
  mailbox TEXT NOT NULL,
  inviter TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
  presenter TEXT COLLATE "C" REFERENCES workspaces (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (profile, mailbox)
);

CREATE TABLE engagements (
  id TEXT COLLATE "C" PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL DEFAULT '',
  artist TEXT COLLATE "C" NOT NULL,
  profile TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C",
  presenter TEXT COLLATE "C" NOT NULL,
  commission_bp BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_kind TEXT NOT NULL GENERATED ALWAYS AS ('agency') STORED,
  presenter_kind TEXT NOT NULL GENERATED ALWAYS AS ('presenter') STORED,
  agency_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(agency, '')) STORED,
  agency_side TEXT GENERATED ALWAYS AS (CASE WHEN agency IS NOT NULL THEN 'agency' END) STORED,
  UNIQUE (id, agency_side),
  UNIQUE (id, artist, presenter, agency_key),
  FOREIGN KEY (profile, artist) REFERENCES profiles (id, workspace),
  FOREIGN KEY (agency, agency_kind) REFERENCES workspaces (id, kind),
  FOREIGN KEY (presenter, presenter_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX engagements_by_artist ON engagements (artist, id);
CREATE INDEX engagements_by_agency ON engagements (agency, id);
CREATE INDEX engagements_by_presenter ON engagements (presenter, id);

CREATE TABLE engagement_counsel (
  engagement TEXT COLLATE "C" NOT NULL REFERENCES engagements (id),
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  side TEXT NOT NULL CHECK (side IN ('artist', 'agency', 'presenter')),
  invited_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  agency_side TEXT GENERATED ALWAYS AS (CASE WHEN side = 'agency' THEN 'agency' END) STORED,
  PRIMARY KEY (engagement, account),
  UNIQUE (engagement, account, side),
  FOREIGN KEY (engagement, agency_side) REFERENCES engagements (id, agency_side)
);
CREATE INDEX engagement_counsel_by_account ON engagement_counsel (account, engagement);

-- Invitations of colleagues into a workspace, and of counsel to an engagement.
CREATE TABLE invitations (
  id TEXT COLLATE "C" PRIMARY KEY,
  workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
  engagement TEXT COLLATE "C" REFERENCES engagements (id),
  mailbox TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'assistant', 'counsel')),
  token BYTEA NOT NULL UNIQUE,
  invited_by TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CHECK ((role = 'counsel') = (engagement IS NOT NULL))
);

CREATE TABLE engagement_notes (
  engagement TEXT COLLATE "C" NOT NULL REFERENCES engagements (id),
  workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
  note TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  PRIMARY KEY (engagement, workspace)
);

-- Records of an engagement carry its parties, held equal to it by one reference on all of them.
CREATE TABLE requests (
  id TEXT COLLATE "C" PRIMARY KEY,
  engagement TEXT COLLATE "C" NOT NULL,
  artist TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C",
  presenter TEXT COLLATE "C" NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('submitted', 'accepted', 'declined', 'countered', 'withdrawn')),
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  venue TEXT NOT NULL,
  programme TEXT NOT NULL,
  fee_minor BIGINT CHECK (fee_minor >= 0),
  currency TEXT,
  answer TEXT,
  offered_by TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  submitted_at BIGINT NOT NULL,
  answered_at BIGINT,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(agency, '')) STORED,
  UNIQUE (id, engagement),
  CHECK (first_day <= last_day),
  CHECK ((fee_minor IS NULL) = (currency IS NULL)),
  FOREIGN KEY (engagement, artist, presenter, agency_key)
    REFERENCES engagements (id, artist, presenter, agency_key)
);
CREATE INDEX requests_by_engagement ON requests (engagement, id);
CREATE INDEX requests_by_artist ON requests (artist, id);
CREATE INDEX requests_by_agency ON requests (agency, id);
CREATE INDEX requests_by_presenter ON requests (presenter, id);

CREATE TABLE holds (
  id TEXT COLLATE "C" PRIMARY KEY,
  engagement TEXT COLLATE "C" NOT NULL,
  request TEXT COLLATE "C" NOT NULL,
  artist TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C",
  presenter TEXT COLLATE "C" NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'released', 'withdrawn', 'expired')),
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  warn_at BIGINT,
  reason TEXT,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(agency, '')) STORED,
  UNIQUE (id, artist),
  CHECK (first_day <= last_day),
  CHECK (warn_at < expires_at),
  FOREIGN KEY (request, engagement) REFERENCES requests (id, engagement),
  FOREIGN KEY (engagement, artist, presenter, agency_key)
    REFERENCES engagements (id, artist, presenter, agency_key)
);
CREATE INDEX holds_by_engagement ON holds (engagement, id);
CREATE INDEX holds_by_artist ON holds (artist, id);
CREATE INDEX holds_by_agency ON holds (agency, id);
CREATE INDEX holds_by_presenter ON holds (presenter, id);
CREATE INDEX holds_expiring ON holds (state, expires_at);
CREATE INDEX holds_to_warn_of ON holds (state, warn_at);

-- One rank a day: two holds of one artist never share it.
CREATE TABLE hold_days (
  hold TEXT COLLATE "C" NOT NULL,
  artist TEXT COLLATE "C" NOT NULL,
  day TEXT NOT NULL,
  rank BIGINT NOT NULL CHECK (rank > 0),
  PRIMARY KEY (hold, day),
  UNIQUE (artist, day, rank),
  FOREIGN KEY (hold, artist) REFERENCES holds (id, artist)
);

CREATE TABLE messages (
  id TEXT COLLATE "C" PRIMARY KEY,
  engagement TEXT COLLATE "C" NOT NULL,
  artist TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C",
  presenter TEXT COLLATE "C" NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('artist', 'agency', 'presenter')),
  author TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  body TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  agency_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(agency, '')) STORED,
  CHECK (side <> 'agency' OR agency IS NOT NULL),
  FOREIGN KEY (engagement, artist, presenter, agency_key)
    REFERENCES engagements (id, artist, presenter, agency_key)
);
CREATE INDEX messages_by_engagement ON messages (engagement, id);

CREATE TABLE documents (
  id TEXT COLLATE "C" PRIMARY KEY,
  engagement TEXT COLLATE "C" NOT NULL,
  artist TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C",
  presenter TEXT COLLATE "C" NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('artist', 'agency', 'presenter')),
  title TEXT NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL CHECK (bytes >= 0),
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('available', 'erased')),
  shared BOOLEAN NOT NULL,
  author TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  added_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  agency_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(agency, '')) STORED,
  UNIQUE (id, engagement, side),
  CHECK (side <> 'agency' OR agency IS NOT NULL),
  FOREIGN KEY (engagement, artist, presenter, agency_key)
    REFERENCES engagements (id, artist, presenter, agency_key)
);
CREATE INDEX documents_by_engagement ON documents (engagement, id);
-- A side opens its own documents to its own counsel; whoever comes back as counsel comes back to none.
CREATE TABLE document_counsel (
  document TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  engagement TEXT COLLATE "C" NOT NULL,
  side TEXT NOT NULL,
  PRIMARY KEY (document, account),
  FOREIGN KEY (document, engagement, side) REFERENCES documents (id, engagement, side),
  FOREIGN KEY (engagement, account, side) REFERENCES engagement_counsel (engagement, account, side) ON DELETE CASCADE
);
CREATE INDEX document_counsel_by_account ON document_counsel (engagement, account, side);

CREATE TABLE drafts (
  id TEXT COLLATE "C" PRIMARY KEY,
  owner_kind TEXT NOT NULL,
  owner TEXT COLLATE "C" NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('request', 'decline', 'counter', 'withdraw_request', 'hold', 'release', 'withdrawal',
    'message', 'document', 'mandate', 'partnership', 'enquiry_answer', 'end_mandate', 'end_partnership')),
  engagement TEXT COLLATE "C" REFERENCES engagements (id),
  target TEXT COLLATE "C",
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared', 'confirmed', 'discarded')),
  prepared_by TEXT COLLATE "C" NOT NULL,
  prepared_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_by TEXT COLLATE "C",
  decided_at BIGINT,
  version BIGINT NOT NULL CHECK (version > 0),
  FOREIGN KEY (owner, owner_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX drafts_by_owner ON drafts (owner, state, id);
CREATE INDEX drafts_by_engagement ON drafts (engagement, state);

CREATE TABLE enquiries (
  id TEXT COLLATE "C" PRIMARY KEY,
  artist TEXT COLLATE "C",
  agency TEXT COLLATE "C",
  artist_text TEXT NOT NULL,
  day TEXT,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  message TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unverified_sender', 'answered', 'dismissed')),
  answer TEXT,
  received_at BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  prepared TEXT,
  digest TEXT NOT NULL DEFAULT '',
  prepared_by TEXT COLLATE "C" REFERENCES accounts (id),
  artist_kind TEXT NOT NULL GENERATED ALWAYS AS ('artist') STORED,
  agency_kind TEXT NOT NULL GENERATED ALWAYS AS ('agency') STORED,
  CHECK (agency IS NULL OR artist IS NOT NULL),
  CHECK ((prepared IS NULL) = (digest = '')),
  CHECK ((prepared IS NULL) = (prepared_by IS NULL)),
  CHECK (prepared IS NULL OR artist IS NULL),
  FOREIGN KEY (artist, artist_kind) REFERENCES workspaces (id, kind),
  FOREIGN KEY (agency, agency_kind) REFERENCES workspaces (id, kind)
);
CREATE INDEX enquiries_by_artist ON enquiries (artist, state, id);
CREATE INDEX enquiries_by_agency ON enquiries (agency, state, id);
CREATE INDEX enquiries_by_state ON enquiries (state, id);

CREATE TABLE support_messages (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  subject TEXT NOT NULL,
  message TEXT NOT NULL,
  received_at BIGINT NOT NULL
);

CREATE TABLE outbox (
  id TEXT COLLATE "C" PRIMARY KEY,
  account TEXT COLLATE "C",
  workspace TEXT COLLATE "C",
  engagement TEXT COLLATE "C",
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  leased_until BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'withheld', 'failed')),
  fault TEXT
);
CREATE INDEX outbox_due ON outbox (state, due_at, id);

-- The ledger. Entries are final; a value may be erased, and its digest in the leaf stays.
CREATE TABLE audit_chains (
  chain TEXT COLLATE "C" PRIMARY KEY,
  length BIGINT NOT NULL,
  head BYTEA NOT NULL
);
CREATE TABLE audit_entries (
  id TEXT COLLATE "C" PRIMARY KEY,
  chain TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL CHECK (seq > 0),
  leaf TEXT NOT NULL,
  hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (chain, seq)
);
CREATE TABLE audit_values (
  entry TEXT COLLATE "C" NOT NULL REFERENCES audit_entries (id),
  name TEXT NOT NULL,
  salt BYTEA,
  value TEXT,
  audience TEXT NOT NULL CHECK (audience IN ('parties', 'contract', 'office', 'artist', 'agency', 'presenter')),
  money BOOLEAN NOT NULL,
  PRIMARY KEY (entry, name)
);

CREATE TABLE security_events (
  id TEXT COLLATE "C" PRIMARY KEY,
  at BIGINT NOT NULL,
  visit TEXT COLLATE "C" NOT NULL,
  kind TEXT NOT NULL,
  account TEXT COLLATE "C",
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX security_events_by_time ON security_events (at, id);
CREATE INDEX security_events_by_account ON security_events (account, at);
CREATE INDEX security_events_by_kind ON security_events (kind, id);

CREATE TABLE decisions (
  at BIGINT NOT NULL,
  visit TEXT COLLATE "C" NOT NULL,
  actor TEXT NOT NULL,
  workspace TEXT COLLATE "C",
  action TEXT NOT NULL,
  thing TEXT NOT NULL,
  -- what was told with the request, as NAME=VALUE: how old the second factor was, which digest was shown
  told TEXT NOT NULL,
  allowed BOOLEAN NOT NULL,
  decided_by TEXT NOT NULL,
  -- how many more things a visitor's same list was decided alike about: nobody who is not signed in fills the disk
  more BIGINT NOT NULL DEFAULT 0,
  policies TEXT NOT NULL,
  seq BIGSERIAL PRIMARY KEY
);
CREATE INDEX decisions_by_time ON decisions (at);

-- A form is taken once.
CREATE TABLE spent_forms (
  token BYTEA PRIMARY KEY,
  spent_at BIGINT NOT NULL
);
CREATE INDEX spent_forms_by_time ON spent_forms (spent_at);

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Sets of policies that passed every check, and which of them decided from when on; without an activation, or where its
-- digest is missing, the program's own decide. `digest` is SHA-256 over schema and files, `schema_digest` over the schema.
CREATE TABLE policy_sets (
  digest TEXT COLLATE "C" PRIMARY KEY CHECK (length(digest) = 64),
  schema_digest TEXT NOT NULL CHECK (length(schema_digest) = 64),
  files TEXT NOT NULL,
  note TEXT NOT NULL,
  verdict TEXT NOT NULL,
  actor TEXT NOT NULL,
  staged_at BIGINT NOT NULL
);

-- The guarantees that a staged set was proved to keep, as SHA-256 over those of the release that proved it: a release
-- with others proves the set again before it decides there.
CREATE TABLE policy_proofs (
  digest TEXT COLLATE "C" NOT NULL REFERENCES policy_sets (digest),
  guarantees TEXT NOT NULL CHECK (length(guarantees) = 64),
  verdict TEXT NOT NULL,
  actor TEXT NOT NULL,
  proved_at BIGINT NOT NULL,
  PRIMARY KEY (digest, guarantees)
);

-- `restores`: the activation that a roll-back brought back; missing where it went back to the beginning.
CREATE TABLE policy_activations (
  seq BIGINT PRIMARY KEY CHECK (seq > 0),
  digest TEXT COLLATE "C" REFERENCES policy_sets (digest),
  transition TEXT NOT NULL CHECK (transition IN ('activated', 'rolled-back')),
  restores BIGINT REFERENCES policy_activations (seq),
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  CHECK (transition = 'rolled-back' OR restores IS NULL),
  CHECK (restores < seq)
);

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER audit_entries_are_final BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse('audit entries are final');
CREATE TRIGGER audit_entries_are_not_truncated BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit entries are final');
CREATE TRIGGER audit_values_are_only_erased BEFORE UPDATE ON audit_values
FOR EACH ROW WHEN (NEW.value IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.entry <> OLD.entry OR NEW.name <> OLD.name
  OR NEW.audience <> OLD.audience OR NEW.money <> OLD.money)
EXECUTE FUNCTION refuse('audit values may only be erased');
CREATE TRIGGER audit_values_stay BEFORE DELETE ON audit_values
FOR EACH ROW EXECUTE FUNCTION refuse('audit values may only be erased');
CREATE TRIGGER audit_values_are_not_truncated BEFORE TRUNCATE ON audit_values
FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit values may only be erased');
CREATE TRIGGER audit_chains_only_grow BEFORE UPDATE ON audit_chains
FOR EACH ROW WHEN (NEW.length <> OLD.length + 1 OR NEW.chain <> OLD.chain)
EXECUTE FUNCTION refuse('a chain only grows');
CREATE TRIGGER audit_chains_stay BEFORE DELETE ON audit_chains
FOR EACH ROW EXECUTE FUNCTION refuse('a chain only grows');
CREATE TRIGGER audit_chains_are_not_truncated BEFORE TRUNCATE ON audit_chains
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a chain only grows');

CREATE TRIGGER policy_sets_are_final BEFORE UPDATE OR DELETE ON policy_sets
FOR EACH ROW EXECUTE FUNCTION refuse('a staged set of policies is final');
CREATE TRIGGER policy_sets_are_not_truncated BEFORE TRUNCATE ON policy_sets
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a staged set of policies is final');
CREATE TRIGGER policy_proofs_are_final BEFORE UPDATE OR DELETE ON policy_proofs
FOR EACH ROW EXECUTE FUNCTION refuse('a proof of policies is final');
CREATE TRIGGER policy_proofs_are_not_truncated BEFORE TRUNCATE ON policy_proofs
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a proof of policies is final');
CREATE TRIGGER policy_activations_are_final BEFORE UPDATE OR DELETE ON policy_activations
FOR EACH ROW EXECUTE FUNCTION refuse('an activation of policies is final');
CREATE TRIGGER policy_activations_are_not_truncated BEFORE TRUNCATE ON policy_activations
FOR EACH STATEMENT EXECUTE FUNCTION refuse('an activation of policies is final');

-- What lists read of a workspace's verification is one copy, kept by the database itself.
CREATE FUNCTION profiles_follow_verification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE profiles SET verified = NEW.verified WHERE workspace = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER profiles_follow_verification AFTER UPDATE OF verified ON workspaces
FOR EACH ROW EXECUTE FUNCTION profiles_follow_verification();
CREATE FUNCTION profiles_begin_with_verification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN SELECT verified INTO NEW.verified FROM workspaces WHERE id = NEW.workspace FOR SHARE; RETURN NEW; END $$;
CREATE TRIGGER profiles_begin_with_verification BEFORE INSERT ON profiles
FOR EACH ROW EXECUTE FUNCTION profiles_begin_with_verification();
CREATE FUNCTION profiles_keep_verification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.verified <> (SELECT verified FROM workspaces WHERE id = NEW.workspace FOR SHARE) THEN
    RAISE EXCEPTION 'a profile is verified with its workspace';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER profiles_keep_verification BEFORE UPDATE OF verified, workspace ON profiles
FOR EACH ROW EXECUTE FUNCTION profiles_keep_verification();

-- What policies, and the permits given by them, count on never to change.
CREATE TRIGGER accounts_keep_their_person BEFORE UPDATE OF person ON accounts
FOR EACH ROW WHEN (NEW.person <> OLD.person) EXECUTE FUNCTION refuse('an account stays its person’s');
CREATE TRIGGER workspaces_keep_their_kind BEFORE UPDATE OF kind ON workspaces
FOR EACH ROW WHEN (NEW.kind <> OLD.kind) EXECUTE FUNCTION refuse('a workspace stays of its kind');
CREATE TRIGGER holds_keep_their_deadline BEFORE UPDATE OF expires_at ON holds
FOR EACH ROW WHEN (NEW.expires_at <> OLD.expires_at) EXECUTE FUNCTION refuse('the deadline of a hold was confirmed');
CREATE TRIGGER holds_end_once BEFORE UPDATE OF state ON holds
FOR EACH ROW WHEN (OLD.state <> 'active' AND NEW.state <> OLD.state) EXECUTE FUNCTION refuse('a hold that is over stays over');
CREATE TRIGGER messages_are_final BEFORE UPDATE OF body, side, author, sent_at ON messages
FOR EACH ROW WHEN (NEW.body <> OLD.body OR NEW.side <> OLD.side OR NEW.author <> OLD.author OR NEW.sent_at <> OLD.sent_at) EXECUTE FUNCTION refuse('a message never changes');
CREATE TRIGGER documents_keep_their_content BEFORE UPDATE OF side, digest ON documents
FOR EACH ROW WHEN (NEW.side <> OLD.side OR NEW.digest <> OLD.digest) EXECUTE FUNCTION refuse('a document stays whose and what it is');
CREATE TRIGGER documents_stay_shared BEFORE UPDATE OF shared ON documents
FOR EACH ROW WHEN (OLD.shared AND NOT NEW.shared) EXECUTE FUNCTION refuse('a document that was shared stays shared');
CREATE TRIGGER drafts_keep_their_owner BEFORE UPDATE OF owner, owner_kind, kind ON drafts
FOR EACH ROW WHEN (NEW.owner <> OLD.owner OR NEW.owner_kind <> OLD.owner_kind OR NEW.kind <> OLD.kind) EXECUTE FUNCTION refuse('a draft stays its owner’s');
CREATE TRIGGER drafts_end_once BEFORE UPDATE OF state, payload, digest ON drafts
FOR EACH ROW WHEN (OLD.state <> 'prepared' AND (NEW.state <> OLD.state OR NEW.payload <> OLD.payload OR NEW.digest <> OLD.digest)) EXECUTE FUNCTION refuse('a draft is decided once');
