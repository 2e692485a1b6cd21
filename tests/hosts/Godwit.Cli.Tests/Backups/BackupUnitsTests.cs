using Godwit.Cli.Backups;
using Godwit.Cli.Tests.Runbooks;

namespace Godwit.Cli.Tests.Backups;

/// <summary>What systemd is told to do is what the command would do.</summary>
public sealed class BackupUnitsTests
{
    [Fact]
    public void The_unit_has_what_the_command_line_had()
    {
        var unit = Print(
            "--runbook", "/srv/shop/other.yaml", "--destination", "kept", "--destination", "/mnt/100% sure", "--key-env", "BACKUP_KEY", "--method", "physical", "--stanza", "shop", "--jobs", "4", "--staging", "/var/tmp/shop",
            "--target", "postgres://godwit@db.example/shop", "--set", "region=a \"b\" $c");
        Assert.Contains("WorkingDirectory=/srv/shop\n", unit, StringComparison.Ordinal);
        Assert.EndsWith(
            " backup schedule --times 1 --runbook=/srv/shop/other.yaml --staging=/var/tmp/shop --target=postgres://godwit@db.example/shop --key-env=BACKUP_KEY --method=physical --stanza=shop"
            + $" --destination={Path.GetFullPath("kept")} \"--destination=/mnt/100%% sure\" --jobs=4 \"--set=region=a \\\"b\\\" $$c\"",
            unit.Split('\n').Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_options_it_is_as_plain_as_the_command() => Assert.EndsWith(" backup schedule --times 1", Print().Split('\n').Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A_password_does_not_go_into_a_unit()
    {
        using var output = new StringWriter();
        Assert.NotEmpty(BackupUnits.Print(TimeSpan.FromHours(6), BackupCommand.Create(TestSqlKind.Alone).Parse(["schedule", "--systemd", "--target", "postgres://godwit:secret@db.example/shop"]), output));
        Assert.Equal("", output.ToString());
    }

    private static string Print(params string[] options)
    {
        using var output = new StringWriter();
        Assert.Empty(BackupUnits.Print(TimeSpan.FromHours(6), BackupCommand.Create(TestSqlKind.Alone).Parse(["schedule", "--systemd", .. options]), output));
        return output.ToString();
    }
}
