using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Audit;
using Godwit.Engine.Gates;
using Godwit.Engine.Tests.Requests;
using Godwit.Model.Findings;

namespace Godwit.Engine.Tests.Audit;

/// <summary>Audits by settings as a person writes them.</summary>
internal static class Auditing
{
    private static readonly FindingCode s_code = new("GW0000", "none");

    public static AuditSettings Settings(string yaml)
    {
        var reading = ShapeReader.Read(YamlReader.Read(yaml, "a.yaml", s_code).Root!, AuditSettings.Shape, new ShapeSource("a.yaml", new DocumentFolder("."), "", new ShapeCodes(s_code, s_code, s_code, s_code, s_code)));
        Assert.Empty(reading.Findings);
        return AuditSettings.Read((JsonObject)reading.Value!);
    }

    public static async Task<Dictionary<string, AuditAnswer>> LookAsync(string yaml, string folder = ".", TimeProvider? time = null, params (string, string)[] variables) =>
        (await new Auditor(new NoDatabase()).LookAsync(Settings(yaml), null, folder, new Given(variables), time ?? TimeProvider.System, TestContext.Current.CancellationToken)).ToDictionary(a => a.Check.Id, StringComparer.Ordinal);

    /// <summary>What it says of a check, in one line.</summary>
    public static string Of(this Dictionary<string, AuditAnswer> answers, string id) => answers[id] switch
    {
        { State: AuditState.Found } found => string.Join("; ", found.Subjects),
        { State: AuditState.NotSeen } unseen => "unseen: " + unseen.Why,
        var other => other.State.ToString(),
    };

    private sealed class NoDatabase : IDatabaseAudit
    {
        public IReadOnlyList<AuditCheck> Checks => [];

        public Task<IReadOnlyList<AuditAnswer>> LookAsync(DatabaseAuditSettings settings, IAuditSession session, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AuditAnswer>>([]);

        public Task<IReadOnlyDictionary<string, string>?> FindEarlierAsync(GateContext context, string? gate, CancellationToken cancellation) => Task.FromResult<IReadOnlyDictionary<string, string>?>(null);
    }
}
