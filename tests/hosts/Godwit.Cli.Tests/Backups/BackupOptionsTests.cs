using System.CommandLine;
using Godwit.Cli.Backups;
using Godwit.Cli.Tests.Runbooks;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Model.Findings;

namespace Godwit.Cli.Tests.Backups;

/// <summary>What an option names takes the place of what the runbook says, and nothing else does.</summary>
public sealed class BackupOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-options-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_stanza_keeps_type_repository_and_configuration_of_the_runbook()
    {
        var settings = Resolve("  method: physical\n  pgbackrest: {stanza: shop, type: full, repo: 2, config: own.conf}\n", "--stanza", "other");
        Assert.Equal((BackupMethod.Physical, new PgBackRestSettings("other") { Type = "full", Repository = 2, Config = "own.conf" }), (settings!.Method, settings.PgBackRest));
    }

    [Fact]
    public void Another_configuration_keeps_the_stanza_of_the_runbook()
    {
        var settings = Resolve("  method: physical\n  pgbackrest: {stanza: shop, type: diff}\n", "--pgbackrest-config", "/etc/other.conf");
        Assert.Equal(new PgBackRestSettings("shop") { Type = "diff", Config = "/etc/other.conf" }, settings!.PgBackRest);
    }

    [Fact]
    public void Without_a_stanza_anywhere_its_configuration_is_refused() => Assert.Null(Resolve("", "--pgbackrest-config", "/etc/other.conf"));

    [Fact]
    public void Without_a_runbook_a_stanza_is_enough()
    {
        var settings = Resolve("", "--stanza", "shop");
        Assert.Equal((BackupMethod.Physical, new PgBackRestSettings("shop")), (settings!.Method, settings.PgBackRest));
    }

    [Theory]
    [InlineData("--stanza", "shop")]
    [InlineData("--pgbackrest-config", "own.conf")]
    public void Neither_goes_with_logical_backups(string option, string value) => Assert.NotEmpty(Command().Parse([option, value, "--method", "logical"]).Errors);

    private BackupSettings? Resolve(string backups, params string[] options)
    {
        var file = Path.Combine(_folder, "runbook.yaml");
        File.WriteAllText(file, $"godwit: 1\nname: shop\ntarget: {{env: DATABASE_URL}}\nbackups:\n  destinations: [{{path: kept}}]\n{backups}phases:\n  expand:\n    steps: [{{sql: one.sql}}]\n");
        File.WriteAllText(Path.Combine(_folder, "one.sql"), "SELECT 1");
        var (place, _, findings) = BackupOptions.Resolve(Command().Parse(["--runbook", file, .. options]), TestSqlKind.Alone, _folder);
        using (place)
        {
            if (place is null) Assert.Equal(FindingCodes.BackupPlaceWrong, Assert.Single(findings).Code);
            return place?.Settings;
        }
    }

    private static Command Command()
    {
        var command = new Command("create");
        foreach (var option in BackupOptions.Places.Concat(BackupOptions.Methods)) command.Options.Add(option);
        command.Validators.Add(BackupOptions.CheckMethods);
        return command;
    }
}
