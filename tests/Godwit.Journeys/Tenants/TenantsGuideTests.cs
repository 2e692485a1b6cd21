using System.Text.RegularExpressions;
using Godwit.TestServers;

namespace Godwit.Journeys.Tenants;

/// <summary>The guide that the runbook was made of, which lies beside the repository: what it lists is there under its name.</summary>
public sealed partial class TenantsGuideTests(PostgresServers servers)
{
    [Fact]
    public async Task Each_migration_of_the_guide_is_a_file_and_each_table_and_column_is_there_after_the_run()
    {
        var guide = await ReadGuideAsync();
        using var service = await TenantsService.PrepareAsync(servers);
        (await service.RunAsync("run")).MustBe(0);

        var migrations = Migration().Matches(guide).DistinctBy(m => m.Value, StringComparer.Ordinal).ToList();
        Assert.Equal(["clients", "api_keys", "usage_events", "refresh_tokens", "verification_tokens"], migrations.Select(m => m.Groups["table"].Value));
        foreach (var migration in migrations)
        {
            Assert.True(File.Exists(Path.Combine(service.Folder, "migrations", migration.Value)), $"{migration.Value} is missing");
            await IsThereAsync($"to_regclass('public.{migration.Groups["table"].Value}') IS NOT NULL");
        }
        // Columns that the guide names, in its example and in its text.
        var insert = Assert.Single(Insert().Matches(guide));
        var columns = insert.Groups["columns"].Value.Split(", ").Select(c => (Table: insert.Groups["table"].Value, Column: c)).ToList();
        Assert.Equal(4, columns.Count);
        foreach (var (table, column) in columns.Concat([("clients", "api_key_hash"), ("clients", "api_key")]))
        {
            Assert.Contains(column, guide, StringComparison.Ordinal);
            await IsThereAsync($"EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}' AND column_name = '{column}')");
        }

        async Task IsThereAsync(string condition) => Assert.True(await service.Target.ScalarAsync<bool>($"SELECT {condition}"), condition);
    }

    private static async Task<string> ReadGuideAsync()
    {
        string? found = null;
        for (var folder = new DirectoryInfo(RepositoryFolder.Path); folder is not null && found is null; folder = folder.Parent)
        {
            var seeds = Path.Combine(folder.FullName, "shared", "seeds");
            if (Directory.Exists(seeds)) found = Directory.GetFiles(seeds, "003*").SingleOrDefault();
        }
        Assert.SkipUnless(found is not null, "../shared/seeds/003* is not beside the repository");
        return await File.ReadAllTextAsync(found, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"[0-9]{4}_create_(?<table>[a-z_]+)\.sql", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Migration();

    [GeneratedRegex(@"INSERT INTO (?<table>[a-z_]+) \((?<columns>[a-z_, ]+)\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Insert();
}
