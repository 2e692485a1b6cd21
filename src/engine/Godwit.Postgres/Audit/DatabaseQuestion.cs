using Godwit.Engine.Audit;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Audit;

/// <summary>A check of the database and the query that finds what it is about.</summary>
/// <param name="Check">What it is.</param>
/// <param name="Sql">Each row's first column is a thing that was found; NULL says that this role may not see it.</param>
internal sealed record DatabaseQuestion(AuditCheck Check, string Sql)
{
    /// <summary>The query's parameters; null when the runbook says nothing to ask by.</summary>
    public Func<DatabaseAuditSettings, IReadOnlyList<object?>?> Values { get; init; } = _ => [];

    public static DatabaseQuestion Error(string id, string finds, string reason, string remedy, string sql, string? needs = null) => new(new AuditCheck(id, Severity.Error, finds, reason, remedy, needs), sql);

    public static DatabaseQuestion Warning(string id, string finds, string reason, string remedy, string sql, string? needs = null) => new(new AuditCheck(id, Severity.Warning, finds, reason, remedy, needs), sql);

    /// <summary>Asks only when the runbook names some.</summary>
    public DatabaseQuestion For(Func<DatabaseAuditSettings, IReadOnlyList<string>> names, string setting) => this with
    {
        Check = Check with { AskedWhen = $"{setting} is given" },
        Values = settings => names(settings) is { Count: > 0 } given ? [given.ToArray()] : null,
    };

    public DatabaseQuestion With(Func<DatabaseAuditSettings, IReadOnlyList<string>> names) => this with { Values = settings => [names(settings).ToArray()] };
}
