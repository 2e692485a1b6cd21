using System.Text.RegularExpressions;
using Godwit.Cli.Runbooks;
using Godwit.Documents.Shapes;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.TestServers;

namespace Godwit.Cli.Tests.Runbooks;

/// <summary>The checklists of the guides that Godwit replaces: every box is a check or an attestation, and none is left out.</summary>
public sealed partial class ChecklistTests
{
    public static TheoryData<string, string, string, int> Guides => new()
    {
        { "suma-finance", "suma", "002", 66 },
        { "learning-sol", "sol", "004", 25 },
        { "namaskah", "nam", "001", 12 },
        { "pheme", "pheme", "000", 22 },
    };

    [Theory]
    [MemberData(nameof(Guides))]
    public void A_runbook_can_include_it_and_every_place_of_its_guide_is_there_once(string file, string prefix, string seed, int boxes)
    {
        Assert.NotEmpty(seed);
        Assert.Equal(Enumerable.Range(1, boxes), [.. Boxes(file).Select(b => Number(b, prefix)).Order()]);
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task It_has_as_many_boxes_as_its_guide(string file, string prefix, string seed, int boxes)
    {
        var guide = await ReadGuideAsync(seed);
        Assert.Equal(boxes, seed == "000" ? PointsOf(guide) : BoxOfGuide().Count(guide));
        Assert.Equal(boxes, Boxes(file).Count(b => b.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    /// <summary>What a machine can look at, a machine looks at: what is left are judgements of people, and what happens outside of the database.</summary>
    [Fact]
    public void Of_the_66_boxes_of_suma_finance_24_are_checks_and_42_are_signed()
    {
        var reading = new RunbookReader(Kinds.All).ReadFile(Path.Combine(RepositoryFolder.Path, "runbooks", "suma-finance", "runbook.yaml"));
        Assert.Empty(reading.Findings.Select(f => $"{f.Code} {f.Place} {f.Message}"));
        var plan = new RunbookPlanner(Kinds.All).Plan(reading.Runbook!).Plan!;
        var gates = plan.Phases.SelectMany(p => p.Gates).Where(g => Numbered().IsMatch(g.Id)).ToList();
        string[] signed = [.. gates.Where(g => g.Settings.ContainsKey("statement")).Select(g => g.Id), .. plan.Rollback!.Maps(RollbackShape.AttestedKey).Select(b => b.Text("id"))];
        string[] checks = [.. gates.Where(g => !g.Settings.ContainsKey("statement")).Select(g => g.Id), .. plan.Rollback!.Maps(RollbackShape.ChecklistKey).Select(c => c.Text("name").Split(' ')[0])];
        Assert.Empty(signed.Intersect(checks, StringComparer.Ordinal));
        Assert.Equal((42, 24), (signed.Distinct(StringComparer.Ordinal).Count(), checks.Distinct(StringComparer.Ordinal).Count()));
        Assert.Equal(Enumerable.Range(1, 66), signed.Concat(checks).Select(b => Number(b, "suma")).Order());
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task It_copies_no_sentence_of_its_guide(string file, string prefix, string seed, int boxes)
    {
        var guide = await ReadGuideAsync(seed);
        var claims = Planned(file).Phases.SelectMany(p => p.Gates).Select(g => g.Settings["statement"]?.GetValue<string>()).OfType<string>().ToList();
        Assert.InRange(claims.Count, 1, boxes);
        Assert.Empty(claims.Where(c => guide.Contains(c, StringComparison.OrdinalIgnoreCase)).Select(c => $"{prefix}: {c}"));
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public void Included_by_its_name_it_is_the_same_plan_and_its_text_is_part_of_the_hash(string file, string prefix, string seed, int boxes)
    {
        Assert.NotEmpty(prefix + seed + boxes);
        var named = Planned(file, $"godwit:checklists/{file}");
        Assert.Equal(Planned(file).Hash, named.Hash);
        Assert.NotEqual(named.Hash, Planned(file, change: text => text.Replace("attested: {statement: ", "attested: {statement: not so that ", StringComparison.Ordinal).Replace("statement: not so that \"", "statement: \"not so that ", StringComparison.Ordinal)).Hash);
    }

    [Fact]
    public void What_names_a_file_beside_it_would_not_find_it_and_none_does()
    {
        foreach (var name in BuiltInRunbooks.Names)
            Assert.DoesNotContain("_file", System.Text.Encoding.UTF8.GetString(BuiltInRunbooks.Read(name)), StringComparison.Ordinal);
    }

    /// <summary>Without a kind of gate that does not exist, without a mistake, alone in a runbook.</summary>
    private static RunbookPlan Planned(string file, string include = "checklist.yaml", Func<string, string>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-checklist-");
        try
        {
            var text = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "runbooks", "checklists", file + ".yaml"));
            File.WriteAllText(Path.Combine(folder.FullName, "checklist.yaml"), change is null ? text : change(text));
            var path = Path.Combine(folder.FullName, "runbook.yaml");
            File.WriteAllText(path, $"godwit: 1\nname: with-checklist\ntarget: {{env: DATABASE_URL}}\ninclude: [{include}]\nphases: {{expand: {{steps: [{{wait: {{for: 1s}}}}]}}}}\n");
            var reading = new RunbookReader(Kinds.All).ReadFile(path);
            Assert.Empty(reading.Findings.Select(f => $"{f.Code} {f.Place} {f.Message}"));
            var planning = new RunbookPlanner(Kinds.All).Plan(reading.Runbook!);
            Assert.Empty(planning.Findings.Where(f => f.Severity == Severity.Error).Select(f => f.Message));
            return planning.Plan!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Boxes(string file)
    {
        var plan = Planned(file);
        return plan.Phases.SelectMany(p => p.Gates).Select(g => g.Id)
            .Concat((plan.Rollback?.Maps(RollbackShape.AttestedKey) ?? []).Select(b => b.Text("id")))
            .Concat((plan.Rollback?.Maps(RollbackShape.ChecklistKey) ?? []).Select(c => c.Text("name").Split(' ')[0]));
    }

    private static int Number(string id, string prefix)
    {
        var match = Numbered().Match(id);
        Assert.True(match.Success && match.Groups["system"].Value == prefix, id);
        return int.Parse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The points of sections 1.1 and 5, which have no boxes: those below a point in bold, and those below a heading.</summary>
    private static int PointsOf(string guide)
    {
        var (points, section) = (0, "");
        foreach (var line in guide.Split('\n'))
        {
            if (line.StartsWith('#')) section = line.TrimStart('#', ' ');
            else if (section.StartsWith("1.1 ", StringComparison.Ordinal) && line.StartsWith("  * ", StringComparison.Ordinal)) points++;
            else if (section.StartsWith("5.", StringComparison.Ordinal) && line.StartsWith("* ", StringComparison.Ordinal)) points++;
        }
        return points;
    }

    private static async Task<string> ReadGuideAsync(string seed)
    {
        string? found = null;
        for (var folder = new DirectoryInfo(RepositoryFolder.Path); folder is not null && found is null; folder = folder.Parent)
        {
            var seeds = Path.Combine(folder.FullName, "shared", "seeds");
            if (Directory.Exists(seeds)) found = Directory.GetFiles(seeds, seed + "*").SingleOrDefault();
        }
        Assert.SkipUnless(found is not null, $"../shared/seeds/{seed}* is not beside the repository");
        return (await File.ReadAllTextAsync(found, TestContext.Current.CancellationToken)).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s*- \[ \] ", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BoxOfGuide();

    [GeneratedRegex(@"^(?<system>[a-z]+)\.(?<number>[0-9]{2})\.[a-z-]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Numbered();
}
