using Godwit.Identity.Database;

namespace Godwit.Identity.Keys;

/// <summary>The columns whose values carry the id of a key of the keyring: no key is retired that one of them needs. What stands under a person's key is not among them, since those keys are counted themselves.</summary>
internal static class KeyedColumns
{
    private const string Data = "data", Index = "index";

    public static IReadOnlyList<(string Table, string Column, string Kind)> All { get; } =
    [
        ("users", "email_index", Index), ("users", "phone_index", Index), ("email_changes", "former_index", Index), ("external_logins", "subject_index", Index),
        ("email_verification_tokens", "email_index", Index), ("password_reset_tokens", "email_index", Index), ("mail_outbox", "about", Index),
        ("email_verification_tokens", "registration", Data), ("password_reset_tokens", "address", Data), ("mail_outbox", "payload", Data), ("sms_outbox", "payload", Data), ("external_flows", "content", Data),
    ];

    /// <summary>Registers them, as <c>godwit keys column add</c> does: before the first value, since it is done before the first request.</summary>
    public static Task RegisterAsync(IdentityDatabase database, CancellationToken cancellation) => database.InTransactionAsync(
        connection => Statement.RunAsync(
            connection,
            """
            INSERT INTO godwit.key_columns (table_schema, table_name, column_name, kind, encoding)
            SELECT 'identity', t, c, k, 'binary' FROM unnest($1, $2, $3) AS v (t, c, k) ON CONFLICT (table_schema, table_name, column_name) DO NOTHING
            """,
            cancellation, Statement.P(All.Select(c => c.Table).ToArray()), Statement.P(All.Select(c => c.Column).ToArray()), Statement.P(All.Select(c => c.Kind).ToArray())),
        cancellation);
}
