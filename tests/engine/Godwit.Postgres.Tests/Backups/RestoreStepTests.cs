using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Steps;

namespace Godwit.Postgres.Tests.Backups;

public sealed class RestoreStepTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-restore-step-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{env: DATABASE_URL}", "{env: DATABASE_URL}", true)]
    [InlineData("{file: target.url}", "{file: target.url}", true)]
    [InlineData("{env: DATABASE_URL}", "{env: COPY_URL}", false)]
    [InlineData("{file: target.url}", "{env: DATABASE_URL}", false)]
    public void A_restore_into_the_target_itself_is_found_before_anything_runs(string target, string source, bool found)
    {
        var kinds = new RunbookKinds([new RestoreStepKind()], []);
        var file = Path.Combine(_folder, "runbook.yaml");
        File.WriteAllText(file, $"godwit: 1\nname: shop\ntarget: {target}\nsources: {{copy: {source}}}\nbackups: {{destinations: [{{path: backups}}]}}\nphases:\n  expand:\n    steps: [{{id: copy, restore: copy}}]\n");
        var reading = new RunbookReader(kinds).ReadFile(file, new Dictionary<string, string>(StringComparer.Ordinal));
        var findings = new RunbookPlanner(kinds).Plan(reading.Runbook!).Findings.Where(f => f.Severity == Severity.Error);
        Assert.Equal(found ? [FindingCodes.RestoreIntoTarget] : [], findings.Select(f => f.Code));
    }
}
