using Godwit.Engine.People;
using Godwit.Security.Signing;

namespace Godwit.Journeys.Approvals;

/// <summary>Statements as somebody makes them who does not go by the command line, put straight into the table.</summary>
internal static class Forgery
{
    /// <summary>The newest statement that the folder's target has of a person.</summary>
    public static async Task<SignedStatement> NewestAsync(ApprovalFolder folder, string person) =>
        SignedStatement.TryRead(await folder.Target.ScalarAsync<string>($"SELECT document FROM godwit.approvals WHERE person = '{person}' ORDER BY received_at DESC LIMIT 1"))!;

    /// <summary>Signed anew by a person's own key, with something changed.</summary>
    public static SignedStatement Again(ApprovalFolder folder, SignedStatement signed, string person, Func<Statement, Statement> change)
    {
        using var key = PrivateKeyFile.Load(Path.Combine(folder.Folder.In("home"), "people", $"{person.ToLowerInvariant()}.pem"));
        return SignedStatement.Sign(change(signed.Statement) with { Kid = key.Kid, Nonce = Statement.NewNonce() }, key);
    }

    /// <param name="folder">Where.</param>
    /// <param name="signed">What.</param>
    /// <param name="subject">What the row says it is for; null for what the statement says.</param>
    /// <param name="purpose">As above.</param>
    /// <param name="document">As above.</param>
    public static Task InsertAsync(ApprovalFolder folder, SignedStatement signed, string? subject = null, Purpose? purpose = null, string? document = null)
    {
        var said = signed.Statement;
        return folder.Target.ExecuteAsync(
            $"""
            INSERT INTO godwit.approvals (id, runbook, purpose, plan, subject, run, person, document)
            VALUES ('{said.Hash}', 'shop', '{Purposes.Of(purpose ?? said.Purpose)}', '{said.Plan}', '{subject ?? said.Subject}', {(said.Run is { } run ? $"'{run}'" : "NULL")}, '{said.Person}', $doc${document ?? signed.Write()}$doc$)
            """);
    }
}
