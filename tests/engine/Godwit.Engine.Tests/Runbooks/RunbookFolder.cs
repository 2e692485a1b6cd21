using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

/// <summary>A folder with a runbook, which findings name by its path in the folder.</summary>
internal sealed class RunbookFolder : IDisposable
{
    public const string Head = "godwit: 1\nname: tenants\ntarget: {env: DATABASE_URL}\n";

    public string Path { get; } = Directory.CreateTempSubdirectory("godwit-runbook-").FullName;

    public RunbookFolder Write(string path, string text)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    public RunbookReading Read(params (string Name, string Value)[] set)
    {
        var reading = new RunbookReader(TestKinds.All).ReadFile(
            System.IO.Path.Combine(Path, "runbook.yaml"), set.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal));
        return reading with { Findings = Shorten(reading.Findings) };
    }

    public Runbook ReadClean(params (string Name, string Value)[] set)
    {
        var reading = Read(set);
        Assert.Equal([], reading.Findings.Select(Describe));
        return reading.Runbook!;
    }

    public RunbookPlanning Plan(params (string Name, string Value)[] set)
    {
        var planning = new RunbookPlanner(TestKinds.All).Plan(ReadClean(set));
        return planning with { Findings = Shorten(planning.Findings) };
    }

    /// <summary>Each finding as <c>file:line:column code</c>.</summary>
    public IEnumerable<string> Places(params (string Name, string Value)[] set) => Read(set).Findings.Select(Describe);

    public static string Describe(Finding finding) => $"{finding.Place} {finding.Code.Id}".TrimStart();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private List<Finding> Shorten(IReadOnlyList<Finding> findings) =>
        [.. findings.Select(f => f.Place is Place.InFile place ? f with { Place = place with { Path = System.IO.Path.GetRelativePath(Path, place.Path) } } : f)];
}
