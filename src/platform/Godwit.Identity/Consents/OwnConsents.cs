using System.Text.Json.Nodes;
using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using NpgsqlTypes;

namespace Godwit.Identity.Consents;

/// <summary>What a person has agreed to, with its history. Withdrawing is one request, as agreeing is (Article 7(3) of the GDPR).</summary>
internal sealed class OwnConsents(IdentityDatabase database, EventLog events)
{
    private static readonly string[] s_types = ["terms", "privacy", "marketing", "analytics"];

    private static readonly Problem s_needed = new(409, "consent-needed", "The account needs this consent") { Detail = "Without the terms and the privacy notice there is no account: ask for its erasure instead." };

    public Task<IReadOnlyList<ConsentDocument>> HistoryAsync(Caller caller, CancellationToken cancellation) => database.WithAsync<IReadOnlyList<ConsentDocument>>(
        async connection => await Statement.AllAsync(
            connection,
            """
            SELECT c.consent_type, c.version, c.granted, coalesce(CASE WHEN c.granted THEN c.granted_at ELSE c.withdrawn_at END, c.created_at), c.consent_method, t.content
            FROM identity.user_consents c JOIN identity.users u ON u.id = c.user_id LEFT JOIN identity.consent_texts t USING (text_hash) WHERE u.uuid = $1 ORDER BY c.id DESC
            """,
            r => new ConsentDocument(r.GetString(0), r.GetString(1), r.GetBoolean(2), r.GetFieldValue<DateTimeOffset>(3), r.IsDBNull(4) ? null : r.GetString(4), r.IsDBNull(5) ? null : r.GetString(5)),
            cancellation, Statement.P(caller.User)),
        cancellation);

    /// <summary>Adds to the history, unless it says so already.</summary>
    /// <exception cref="ProblemException">400: no such consent; 409: one that the account cannot be without.</exception>
    public Task ChooseAsync(Caller caller, ConsentChoice choice, Client client, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        if (!s_types.Contains(choice.Type, StringComparer.Ordinal)) faults.Add(new FieldFault("type", $"is one of {string.Join(", ", s_types)}"));
        if (choice.Granted is null) faults.Add(new FieldFault("granted", "is required"));
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        if (choice is { Granted: false, Type: "terms" or "privacy" }) throw new ProblemException(s_needed);
        return database.InTransactionAsync(
            async connection =>
            {
                // The account's row orders two choices at once.
                var user = await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL FOR UPDATE", r => (long?)r.GetInt64(0), cancellation, Statement.P(caller.User)) ?? throw new ProblemException(Problem.Of(404));
                var added = await Statement.RunAsync(
                    connection,
                    """
                    INSERT INTO identity.user_consents (user_id, consent_type, version, granted, text_hash, consent_method, ip_address, user_agent, granted_at, withdrawn_at)
                    SELECT $1, $2, t.version, $3, t.text_hash, 'explicit_button', $4, $5, CASE WHEN $3 THEN now() END, CASE WHEN NOT $3 THEN now() END
                    FROM (SELECT * FROM identity.consent_texts WHERE consent_type = $2 ORDER BY created_at DESC LIMIT 1) t
                    WHERE (SELECT c.granted FROM identity.user_consents c WHERE c.user_id = $1 AND c.consent_type = $2 AND (NOT $3 OR c.version = t.version) ORDER BY c.id DESC LIMIT 1) IS DISTINCT FROM $3
                    """,
                    cancellation, Statement.P(user), Statement.P(choice.Type!), Statement.P(choice.Granted!.Value), Statement.P(client.Address), Statement.P(client.Agent, NpgsqlDbType.Text));
                if (added > 0) await events.WriteAsync(connection, new SecurityEvent(choice.Granted.Value ? "consent_granted" : "consent_withdrawn", "account") { UserId = user, Client = client, Data = new JsonObject { ["consent"] = choice.Type } }, cancellation);
            },
            cancellation);
    }
}
