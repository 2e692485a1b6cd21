using System.Text.RegularExpressions;
using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The guide that the identity service's schema comes from (S11): each of its things is there under its name, or docs/identity-schema.md says why not.</summary>
public sealed partial class IdentitySchemaTests(PostgresServers servers)
{
    [Fact]
    public async Task Each_table_column_index_constraint_and_function_of_the_guide_is_there_or_its_absence_has_a_reason()
    {
        var guide = await ReadGuideAsync();
        var tables = Table().Matches(guide).ToList();
        var indexes = Index().Matches(guide).Select(m => m.Groups["name"].Value).ToList();
        var functions = Function().Matches(guide).Select(m => m.Groups["name"].Value).ToList();
        Assert.Equal((10, 38, 6), (tables.Count, indexes.Distinct().Count(), functions.Distinct().Count()));

        using var folder = await RunbookFolder.PrepareAsync(servers);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["run", Path.Combine(RepositoryFolder.Path, "runbooks", "identity")])).MustBe(0);
        // Of each table as a whole nothing may be missing.
        foreach (var table in tables.Select(t => t.Groups["name"].Value)) Assert.True(await IsThereAsync($"to_regclass('identity.{table}') IS NOT NULL"), table);
        var missing = new List<string>();
        await LookAsync("index", indexes, n => $"to_regclass('identity.{n}') IS NOT NULL");
        await LookAsync("function", functions, n => $"EXISTS (SELECT FROM pg_proc WHERE proname = '{n}' AND pronamespace = 'identity'::regnamespace)");
        await LookAsync("trigger", Trigger().Matches(guide).Select(m => m.Groups["name"].Value), n => $"EXISTS (SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE tgname = '{n}' AND relnamespace = 'identity'::regnamespace)");
        foreach (var table in tables)
        {
            var (name, body) = (table.Groups["name"].Value, table.Groups["body"].Value);
            var columns = Column().Matches(body).Select(m => m.Groups["name"].Value).ToList();
            Assert.True(columns.Count >= 8, name);
            await LookAsync("column", columns.Select(c => $"{name}.{c}"), c => $"EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'identity.{name}'::regclass AND attname = '{c.Split('.')[1]}' AND attnum > 0 AND NOT attisdropped)");
            await LookAsync("constraint", Constraint().Matches(body).Select(m => m.Groups["name"].Value), c => $"EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'identity.{name}'::regclass AND conname = '{c}')");
        }

        var listed = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "identity-schema.md"), TestContext.Current.CancellationToken);
        var deviations = Deviation().Matches(listed).Select(m => $"{m.Groups["kind"].Value} {m.Groups["name"].Value}").ToList();
        Assert.Equal(missing.Order(StringComparer.Ordinal), deviations.Order(StringComparer.Ordinal));

        async Task LookAsync(string kind, IEnumerable<string> names, Func<string, string> condition)
        {
            foreach (var name in names.Distinct())
            {
                if (!await IsThereAsync(condition(name))) missing.Add($"{kind} {name}");
            }
        }

        Task<bool> IsThereAsync(string condition) => folder.Target.ScalarAsync<bool>($"SELECT {condition}");
    }

    private static async Task<string> ReadGuideAsync()
    {
        string? found = null;
        for (var folder = new DirectoryInfo(RepositoryFolder.Path); folder is not null && found is null; folder = folder.Parent)
        {
            var seeds = Path.Combine(folder.FullName, "shared", "seeds");
            if (Directory.Exists(seeds)) found = Directory.GetFiles(seeds, "002*").SingleOrDefault();
        }
        Assert.SkipUnless(found is not null, "../shared/seeds/002* is not beside the repository");
        return (await File.ReadAllTextAsync(found, TestContext.Current.CancellationToken)).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"CREATE TABLE IF NOT EXISTS (?<name>\w+) \((?<body>.*?)\n\);", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Table();

    [GeneratedRegex(@"CREATE INDEX CONCURRENTLY IF NOT EXISTS (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Index();

    [GeneratedRegex(@"CREATE OR REPLACE FUNCTION (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Function();

    [GeneratedRegex(@"CREATE TRIGGER (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Trigger();

    [GeneratedRegex(@"^    (?!CONSTRAINT)(?<name>[a-z_0-9]+) [A-Z]", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"CONSTRAINT (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Constraint();

    [GeneratedRegex(@"^\| (?<kind>[a-z]+) \| `(?<name>[a-z_0-9.]+)` \| [^|]{20,} \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Deviation();
}
