using Godwit.Engine.Backups;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>Whoever has the keys can make a manifest that fits any files. The rows of the snapshot are what it cannot make fit.</summary>
public sealed class RegeneratedBackupTests(PostgresServers servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-backups-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("DELETE FROM public.people WHERE id = 3", "99 rows instead of 100")]
    [InlineData("UPDATE public.people SET name = 'another' WHERE id = 3", "its hash differs")]
    [InlineData("DROP INDEX public.people_name", "indexes instead of")]
    [InlineData("SELECT setval('public.people_id_seq', 1000)", "public.people_id_seq stands at 1001")]
    public async Task A_dump_that_lacks_something_under_a_regenerated_manifest_does_not_verify(string change, string expected)
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("711", 8));
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE public.people (id bigserial PRIMARY KEY, name text); INSERT INTO public.people (name) SELECT 'n' || i FROM generate_series(1, 100) i; CREATE INDEX people_name ON public.people (name)");
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? database.Server.Password : null };
        var target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment, Token)).Target!;
        using var honest = Place("honest");
        var made = await PostgresBackups.CreateAsync(target, new BackupRequest(honest, "0"), Token);
        await database.ExecuteAsync(change);
        using var second = Place("second");
        var other = await PostgresBackups.CreateAsync(target, new BackupRequest(second, "0"), Token);

        // The other's dump under the first one's name, id and digests: every file, hash and signature fits.
        using var forged = Place("forged");
        var plain = Path.Combine(_folder, "plain");
        Directory.CreateDirectory(plain);
        await second.Store.Find(other.Manifest.Name)!.Copies[0].ExtractAsync(second.Key, plain, null, Token);
        await using (var writer = new BackupWriter(forged.Destinations, made.Manifest.Name, made.Manifest.Id, forged.Key, BackupWriter.DefaultStall, TimeProvider.System))
        {
            foreach (var file in Directory.GetFiles(plain))
            {
                await using var stream = File.OpenRead(file);
                await writer.AddAsync(Path.GetFileName(file), stream, Token);
            }
            using var key = SigningKeyFile.LoadOrCreate(forged.Home);
            await writer.FinishAsync(BackupJson.Sign(made.Manifest with { Files = [.. writer.Files], Signature = null }, key));
        }
        Assert.NotNull((await BackupVerifier.VerifyAsync(honest.Store.Find(null)!, honest, _ => { }, TimeProvider.System, Token)).Verification);
        var verdict = await BackupVerifier.VerifyAsync(forged.Store.Find(null)!, forged, _ => { }, TimeProvider.System, Token);
        Assert.Null(verdict.Verification);
        Assert.Contains(verdict.Findings, f => f.Code == FindingCodes.BackupNotVerified && f.Message.Contains(expected, StringComparison.Ordinal));
        Assert.Null(forged.Store.Find(null)!.Verification);
    }

    private BackupPlace Place(string name) => BackupPlace.Resolve(
        new BackupSettings { Destinations = [new ValueFrom(Literal: name)], Staging = new ValueFrom(Literal: "staging") }, _folder, NoVariables.Instance, Path.Combine(_folder, "home")).Place!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class NoVariables : IRunEnvironment
    {
        public static NoVariables Instance { get; } = new();

        public string? Find(string name) => null;
    }
}
