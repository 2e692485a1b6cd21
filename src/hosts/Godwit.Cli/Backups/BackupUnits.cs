using System.CommandLine;
using System.Globalization;
using System.Text;
using Godwit.Cli.Runbooks;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Backups;

/// <summary>Units with which systemd takes backups: of the same database, to the same places and in the same way as the command that prints them.</summary>
internal static class BackupUnits
{
    /// <returns>What stands against it; nothing when it was printed.</returns>
    public static IReadOnlyList<Finding> Print(TimeSpan every, ParseResult result, TextWriter output)
    {
        // An argument of a unit is read by every user of the machine, as that of a command is.
        if (result.GetValue(BackupOptions.Target) is { } target && PostgresUrl.Parse(target, ConnectionEnvironment.Process) is { Url: null } refused) return refused.Findings;
        var runbook = result.GetValue(BackupOptions.Runbook);
        var folder = Path.GetFullPath(runbook is null ? "." : Directory.Exists(runbook) ? runbook : Path.GetDirectoryName(Path.GetFullPath(runbook))!);
        string[] command = [Environment.ProcessPath ?? "/usr/local/bin/godwit", "backup", "schedule", "--times", "1", .. Given(result)];
        output.Write($"""
            # /etc/systemd/system/godwit-backup.service
            [Unit]
            Description=Backup of {Plain(folder)} by godwit
            After=network-online.target
            Wants=network-online.target

            [Service]
            Type=oneshot
            # DATABASE_URL and the rest of the runbook's variables, mode 0600.
            EnvironmentFile=/etc/godwit/backup.env
            Environment=GODWIT_HOME=/var/lib/godwit/home
            WorkingDirectory={Plain(folder)}
            ExecStart={string.Join(' ', command.Select(Quote))}
            Nice=10
            IOSchedulingClass=idle
            PrivateTmp=yes
            ProtectSystem=full

            # /etc/systemd/system/godwit-backup.timer
            [Unit]
            Description=Backups of {Plain(folder)}, every {DurationText.Write(every)}

            [Timer]
            OnBootSec=5min
            OnUnitActiveSec={((long)every.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s
            RandomizedDelaySec=60
            Persistent=true

            [Install]
            WantedBy=timers.target

            """);
        return [];
    }

    /// <summary>What was said on the command line, paths from the root: the unit works in another folder.</summary>
    private static IEnumerable<string> Given(ParseResult result)
    {
        foreach (var option in (Option<string?>[])[BackupOptions.Runbook, BackupOptions.KeyFile, BackupOptions.Staging, BackupOptions.StanzaConfig])
        {
            if (result.GetValue(option) is { } path) yield return $"{option.Name}={Path.GetFullPath(path)}";
        }
        foreach (var option in (Option<string?>[])[BackupOptions.Target, BackupOptions.KeyEnvironment, BackupOptions.Method, BackupOptions.Stanza])
        {
            if (result.GetValue(option) is { } value) yield return $"{option.Name}={value}";
        }
        foreach (var destination in result.GetValue(BackupOptions.Destination) ?? []) yield return $"{BackupOptions.Destination.Name}={Path.GetFullPath(destination)}";
        if (result.GetValue(BackupOptions.Jobs) is { } jobs) yield return string.Create(CultureInfo.InvariantCulture, $"{BackupOptions.Jobs.Name}={jobs}");
        foreach (var (name, value) in RunbookOptions.SetOf(result)) yield return $"{RunbookOptions.Set.Name}={name}={value}";
    }

    /// <summary>% begins a specifier in every unit (https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#Specifiers).</summary>
    private static string Plain(string text) => text.Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>As one word of a command line, in which $ begins a variable too (https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines).</summary>
    private static string Quote(string word)
    {
        if (word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-=:@,+".Contains(c, StringComparison.Ordinal))) return word;
        var quoted = new StringBuilder("\"");
        foreach (var c in word)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '$' => quoted.Append("$$"),
                '%' => quoted.Append("%%"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }
}
