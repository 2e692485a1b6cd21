using Godwit.Engine.Runs;

namespace Godwit.Engine.Audit;

/// <summary>Asks the target of a run.</summary>
public sealed class TargetAuditSession(IRunTarget target) : IAuditSession
{
    private const int MostRows = 20_000;

    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    public Task<IReadOnlyList<string?>> AskAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellation) => target.InTransactionAsync(
        s_terms,
        async (transaction, token) =>
        {
            await transaction.ExecuteAsync("SET TRANSACTION READ ONLY", token);
            return Of(await transaction.QueryAsync(sql, MostRows, token, values));
        },
        cancellation);

    internal static IReadOnlyList<string?> Of(IReadOnlyList<IReadOnlyList<object?>> rows) => [.. rows.Select(r => r[0]?.ToString())];
}
