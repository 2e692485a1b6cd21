using System.Text.Json;
using Godwit.Engine.Audit;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Npgsql;

namespace Godwit.Postgres.Audit;

/// <summary>The audit of a PostgreSQL database. It needs no superuser: what this role may not see is said, with what that needs.</summary>
public sealed class PostgresDatabaseAudit : IDatabaseAudit
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    private static readonly DatabaseQuestion[] s_questions = [.. RoleQuestions.All, .. RightQuestions.All, .. ServerQuestions.All];

    public IReadOnlyList<AuditCheck> Checks { get; } = [.. s_questions.Select(q => q.Check)];

    public async Task<IReadOnlyList<AuditAnswer>> LookAsync(DatabaseAuditSettings settings, IAuditSession session, CancellationToken cancellation)
    {
        var answers = new List<AuditAnswer>(s_questions.Length);
        foreach (var question in s_questions) answers.Add(await AskAsync(question, settings, session, cancellation));
        return answers;
    }

    public Task<IReadOnlyDictionary<string, string>?> FindEarlierAsync(GateContext context, string? gate, CancellationToken cancellation) => context.Target.InTransactionAsync(
        s_terms,
        async (transaction, token) =>
        {
            var rows = await transaction.QueryAsync(
                """
                SELECT evidence::text FROM godwit.gates
                WHERE run = $1 AND evidence ? $4 AND gate = coalesce($3::text, (SELECT gate FROM godwit.gates WHERE run = $1 AND gate <> $2 AND evidence ? $4 ORDER BY id LIMIT 1))
                ORDER BY id DESC LIMIT 1
                """,
                1, token, context.Run, context.Gate.Id, gate, AuditVerdict.Marker);
            return rows is [[string evidence]] ? JsonSerializer.Deserialize(evidence, AuditJson.Default.DictionaryStringString) : (IReadOnlyDictionary<string, string>?)null;
        },
        cancellation);

    private static async Task<AuditAnswer> AskAsync(DatabaseQuestion question, DatabaseAuditSettings settings, IAuditSession session, CancellationToken cancellation)
    {
        if (question.Values(settings) is not { } values) return question.Check.NotAsked();
        try
        {
            var rows = await session.AskAsync(question.Sql, values, cancellation);
            var found = rows.OfType<string>().ToList();
            // What was found counts, also where there may be more that is hidden.
            return found.Count == 0 && rows.Count > 0 ? question.Check.NotSeen() : question.Check.Found(found);
        }
        catch (TargetFaultException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return question.Check.NotSeen();
        }
        catch (TargetFaultException fault)
        {
            return question.Check.NotSeen(CheckRunner.Describe(fault));
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class AuditJson : System.Text.Json.Serialization.JsonSerializerContext;
