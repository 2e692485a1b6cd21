using System.Diagnostics;
using System.Net;
using Godwit.Identity.Keys;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Keys;

public sealed class IndexRenewalTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", Former = "ada.byron@example.org";

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task After_a_rotation_under_logins_nothing_needs_the_former_key_and_it_is_retired()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database);
        await host.MakeAccountAsync(Former);
        var tokens = await host.SignInAsync(Former);
        await host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"{{Ada}}","password":"{{IdentityHost.Password}}"}""", tokens.Access);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/email/confirm", $$"""{"token":"{{await host.LinkAsync(Ada)}}"}""", tokens.Access)).Status);
        var former = await database.ScalarAsync<string>("SELECT id FROM godwit.keys WHERE purpose = 'index' AND state = 'Active'");
        var rotating = GodwitAsync(database, "keys", "rotate", "index");
        var logins = 0;
        // While it is announced, while it writes, and while what is there is computed anew.
        while (!rotating.IsCompleted || await UnderAsync(database, former) > 0)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
            if (++logins > 400) break;
        }
        Assert.Equal((0, ""), await rotating);
        await Patience.UntilAsync(async () => await UnderAsync(database, former) == 0);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
        // Nobody else gets the address of before, under whichever key it is looked for.
        await host.RegisterAsync(Former, "the words of another");
        var (refused, told) = await GodwitAsync(database, "keys", "retire", former);
        Assert.NotEqual(0, refused);
        Assert.Contains("identity.email_verification_tokens.email_index", told, StringComparison.Ordinal);
        // What goes by itself has gone: eight days on.
        await database.ExecuteAsync($"DELETE FROM identity.email_verification_tokens WHERE {Is("email_index", former)}; DELETE FROM identity.mail_outbox WHERE about IS NOT NULL AND {Is("about", former)}");
        var (code, fault) = await GodwitAsync(database, "keys", "retire", former);
        Assert.True(code == 0, fault);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
    }

    [Fact]
    public async Task Every_column_with_values_of_the_keyrings_keys_is_registered()
    {
        var database = await template.CopyAsync();
        var there = await database.ScalarAsync<string[]>("SELECT array_agg(table_name || '.' || column_name || ' ' || kind) FROM godwit.key_columns WHERE table_schema = 'identity'");
        Assert.Equal(KeyedColumns.All.Select(c => $"{c.Table}.{c.Column} {c.Kind}").Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        // An index has 48 bytes, and stands in no column that is not among them.
        var indexes = await database.ScalarAsync<string[]>("""
            SELECT array_agg(c.relname || '.' || a.attname) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
            WHERE c.relnamespace = 'identity'::regnamespace AND k.contype = 'c' AND pg_get_constraintdef(k.oid) LIKE '%octet_length(%) = 48%'
            """);
        Assert.Equal(KeyedColumns.All.Where(c => c.Kind == "index").Select(c => $"{c.Table}.{c.Column}").Order(StringComparer.Ordinal), indexes.Order(StringComparer.Ordinal));
    }

    private static Task<long> UnderAsync(TestDatabase database, string key) => database.ScalarAsync<long>(
        $"SELECT (SELECT count(*) FROM identity.users WHERE {Is("email_index", key)}) + (SELECT count(*) FROM identity.email_changes WHERE {Is("former_index", key)})");

    private static string Is(string column, string key) => $"substring({column} FROM 1 FOR 16) = decode('{key}', 'hex')";

    private async Task<(int Code, string Error)> GodwitAsync(TestDatabase database, params IEnumerable<string> words)
    {
        var program = Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Cli", "bin", "Release", "net10.0", "godwit");
        var start = new ProcessStartInfo(program, [.. words, "--target", database.Url]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = template.Home };
        start.Environment["PGPASSFILE"] = database.Server.PassFile;
        start.Environment["GODWIT_ENVIRONMENT"] = "development";
        start.Environment["GODWIT_HOME"] = template.Home;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, process.ExitCode == 0 ? "" : $"{await output}\n{await error}");
    }
}
