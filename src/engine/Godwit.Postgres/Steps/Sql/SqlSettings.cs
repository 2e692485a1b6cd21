using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>The settings of a sql step.</summary>
internal sealed record SqlSettings(string Up, string? Down, bool Transaction, SessionTerms Terms, IReadOnlyList<(string Query, string Expect)> Verify)
{
    public static SqlSettings Read(JsonObject settings) => new(
        settings.Text("up"),
        settings.TextOrNull("down"),
        settings.Flag("transaction"),
        new SessionTerms(settings.Duration("statement_timeout"), settings.Duration("lock_timeout"), settings.Text("search_path")),
        [.. settings.Maps("verify").Select(v => (v.Text("query"), v.Text("expect")))]);
}
