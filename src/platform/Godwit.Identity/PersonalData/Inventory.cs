namespace Godwit.Identity.PersonalData;

/// <summary>
/// Every table and every column of the schema, by what it holds of people. Archives and erasures follow it, and nothing else says what there is: a test holds it against the database, so that a column that is new is classified
/// before it is released.
/// </summary>
internal static class Inventory
{
    private const string Account = "x.user_id = $1", Address = "x.email_index = ANY($2)";

    public static IReadOnlyList<PersonalTable> Tables { get; } =
    [
        new PersonalTable("users", "account", "x.id = $1", OnErasure.Clear)
            .Sealed("encrypted_email", "encrypted_first_name", "encrypted_last_name", "encrypted_phone", "encrypted_lock_reason")
            .Personal("last_login_ip")
            .Plain("uuid", "created_at", "updated_at", "password_changed_at")
            .With(new PersonalColumn("last_login_at", ColumnKind.Plain, Erased: "NULL"))
            .With(new PersonalColumn("email_verified", ColumnKind.Plain, Erased: "false"))
            .With(new PersonalColumn("phone_verified", ColumnKind.Plain, Erased: "false"))
            .With(new PersonalColumn("password_reset_required", ColumnKind.Plain, Erased: "false"))
            .With(new PersonalColumn("password_set_by_mail", ColumnKind.Plain, Erased: "false"))
            .With(new PersonalColumn("account_locked", ColumnKind.Plain, Erased: "false"))
            .With(new PersonalColumn("account_locked_until", ColumnKind.Plain, Erased: "NULL"))
            .With(new PersonalColumn("failed_login_attempts", ColumnKind.Plain, Erased: "0"))
            .With(new PersonalColumn("deleted_at", ColumnKind.Internal, Erased: "coalesce(x.deleted_at, now())"))
            .Secret("email_index", "phone_index", "password_hash").Internal("id"),
        new PersonalTable("user_devices", "devices", Account, OnErasure.Delete)
            .Personal("device_name", "os", "browser", "last_ip_address", "last_country_code")
            .Plain("device_id", "device_type", "trusted", "trusted_at", "last_seen_at", "created_at", "revoked", "revoked_at")
            .Secret("fingerprint_hash", "push_token").Internal("id", "user_id"),
        // The rows stay until nobody can hold a token of them: who keeps the list of ended sessions finds them there.
        new PersonalTable("user_sessions", "sessions", Account, OnErasure.Clear)
            .Personal("user_agent", "ip_address", "country_code", "city").Linked("device_id")
            .Plain("family", "methods", "authenticated_at", "rotated_at", "created_at", "last_used_at", "expires_at", "revoked", "revoked_at", "revoked_reason")
            .With(new PersonalColumn("device_fingerprint", ColumnKind.Secret, Erased: "decode(repeat('00', 32), 'hex')"))
            .Internal("id", "user_id", "refresh_sequence", "refresh_key_id", "revoked_xid"),
        new PersonalTable("user_2fa_settings", "second-factor", Account, OnErasure.Delete)
            .Sealed("encrypted_phone_number")
            .Plain("enabled", "method", "backup_codes_generated_at", "failed_attempts", "failed_since", "locked_until", "enabled_at", "created_at", "updated_at")
            .Secret("encrypted_totp_secret", "backup_codes").Internal("id", "user_id", "totp_last_step"),
        new PersonalTable("user_otp_codes", "codes", Account, OnErasure.Delete)
            .Personal("ip_address").Plain("purpose", "method", "proved", "attempts", "max_attempts", "expires_at", "used", "used_at", "created_at")
            .Secret("code_hash", "bound_to", "passkey_state", "encrypted_phone").Internal("id", "user_id"),
        new PersonalTable("passkey_challenges", "passkey-challenges", Account, OnErasure.Delete).Plain("purpose", "expires_at", "created_at").Secret("bound_to", "state").Internal("id", "user_id"),
        new PersonalTable("user_passkeys", "passkeys", Account, OnErasure.Delete)
            .Personal("name").Plain("uuid", "sign_count", "transports", "user_verified", "backup_eligible", "backed_up", "created_at", "last_used_at")
            .Secret("credential_id", "public_key").Internal("id", "user_id"),
        new PersonalTable("external_logins", "accounts-at-providers", Account, OnErasure.Delete)
            .Sealed("encrypted_subject").Plain("uuid", "provider", "issuer", "created_at", "last_used_at").Secret("subject_index").Internal("id", "user_id"),
        // Of who signs in or registers it holds nobody's number yet, and goes after ten minutes.
        new PersonalTable("external_flows", "sign-ins-at-providers", Account, OnErasure.Delete).Plain("purpose", "provider", "expires_at", "created_at").Secret("bound_to", "content").Internal("id", "user_id"),
        new PersonalTable("consent_texts", null, "", OnErasure.Nothing).Internal("text_hash", "consent_type", "version", "content", "created_at"),
        new PersonalTable("user_consents", "consents", Account, OnErasure.Delete) { Extras = [("text", "(SELECT t.content FROM identity.consent_texts t WHERE t.text_hash = x.text_hash)")] }
            .Personal("ip_address", "user_agent").Plain("consent_type", "version", "granted", "consent_method", "granted_at", "withdrawn_at", "created_at")
            .With(new PersonalColumn("text_hash", ColumnKind.Plain, Shown: "encode(x.text_hash, 'hex')")).Internal("id", "user_id"),
        // That a request was answered has to be shown; of whom it was has not.
        new PersonalTable("data_subject_requests", "data-requests", Account, OnErasure.Clear) { BoundTo = "uuid" }
            .Sealed("encrypted_details", "encrypted_answer", "encrypted_notes")
            .Plain("uuid", "request_type", "status", "requested_at", "due_at", "started_at", "completed_at", "response_expires_at", "execute_after", "withdrawn", "outcome")
            .Secret("encrypted_response").With(new PersonalColumn("user_id", ColumnKind.Internal, Erased: "NULL")).Internal("id", "processed_by_admin_id"),
        new PersonalTable("erasure_register", null, "", OnErasure.Nothing).Internal("only_row", "position", "mark", "register", "takes_over", "restored_at"),
        // With the salt goes what the leaf of a row could be tried out by; the leaf stays, and the blocks hold.
        new PersonalTable("user_security_events", "security-events", "(x.user_id = $1 OR (x.user_id IS NULL AND x.event_data ? 'about' AND x.event_data ->> 'about' = ANY($3)))", OnErasure.Clear)
            .Personal("ip_address", "user_agent", "country_code", "city", "event_data").Linked("device_id", "risk_score")
            .Plain("event_id", "event_type", "event_category", "severity", "blocked", "created_at")
            .Secret("salt").With(new PersonalColumn("user_id", ColumnKind.Internal, Erased: "NULL")).With(new PersonalColumn("session_id", ColumnKind.Internal, Erased: "NULL")).Internal("id", "leaf", "block", "erased_by", "erasure"),
        new PersonalTable("audit_blocks", null, "", OnErasure.Nothing).Internal("number", "header", "signature", "commitments", "sealed_at"),
        new PersonalTable("dropped_event_partitions", null, "", OnErasure.Nothing).Internal("month", "events", "note", "signature", "dropped_at"),
        // What the form said is the account now.
        new PersonalTable("email_verification_tokens", "address-links", $"({Account} OR {Address})", OnErasure.Delete)
            .Personal("ip_address").Plain("expires_at", "used", "used_at", "created_at").Secret("registration", "email_index").Internal("id", "user_id"),
        new PersonalTable("password_reset_tokens", "password-links", Address, OnErasure.Delete)
            .Personal("ip_address").Plain("purpose", "expires_at", "used", "used_at", "created_at").Secret("address", "email_index").Internal("id"),
        new PersonalTable("email_changes", "former-addresses", Account, OnErasure.Delete) { BoundTo = "id" }
            .Sealed("encrypted_former").Plain("id", "changed_at", "undo_until", "closed").Secret("former_index").Internal("user_id"),
        new PersonalTable("sms_outbox", "text-messages", "x.account = (SELECT uuid FROM identity.users WHERE id = $1)", OnErasure.Delete)
            .Linked("account").Plain("kind", "state", "created_at", "ended_at").Secret("payload").Internal("id", "attempts", "not_before", "last_fault"),
        // Mails that wait without an index are found by opening them (PersonEraser).
        new PersonalTable("mail_outbox", "mails", "x.about = ANY($2)", OnErasure.Delete)
            .Plain("kind", "state", "created_at", "ended_at").Secret("about", "payload").Internal("id", "attempts", "not_before", "last_fault"),
        new PersonalTable("roles", null, "", OnErasure.Nothing).Internal("name", "description"),
        new PersonalTable("role_permissions", null, "", OnErasure.Nothing).Internal("role", "permission"),
        new PersonalTable("user_roles", "roles", Account, OnErasure.Delete).Plain("role", "granted_at").Internal("user_id", "granted_by"),
        // Keyed hashes, of which nobody can tell whose they are; those of an address and its devices are computed again and deleted (BucketStore).
        new PersonalTable("login_buckets", null, "", OnErasure.Nothing).Internal("bucket", "failures", "since", "locked_until", "in_a_row", "disabled", "touched_at"),
        new PersonalTable("request_buckets", null, "", OnErasure.Nothing).Internal("bucket", "full_until"),
        new PersonalTable("schema_version", null, "", OnErasure.Nothing).Internal("version", "only_row", "installed_at", "installation"),
    ];

    /// <summary>Columns that say which account did something to another's row: emptied when that one is erased.</summary>
    public static IReadOnlyList<(string Table, string Column)> Actors { get; } = [("data_subject_requests", "processed_by_admin_id"), ("user_roles", "granted_by")];
}
