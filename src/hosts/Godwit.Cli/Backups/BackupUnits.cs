namespace Godwit.Cli.Backups;

/// <summary>Units with which systemd takes backups.</summary>
internal static class BackupUnits
{
    public static int Print(TimeSpan every, string? runbook, TextWriter output)
    {
        var folder = Path.GetFullPath(runbook is null ? "." : Directory.Exists(runbook) ? runbook : Path.GetDirectoryName(Path.GetFullPath(runbook))!);
        output.Write($"""
            # /etc/systemd/system/godwit-backup.service
            [Unit]
            Description=Backup of {folder} by godwit
            After=network-online.target
            Wants=network-online.target

            [Service]
            Type=oneshot
            # DATABASE_URL and the rest of the runbook's variables, mode 0600.
            EnvironmentFile=/etc/godwit/backup.env
            Environment=GODWIT_HOME=/var/lib/godwit/home
            WorkingDirectory={folder}
            ExecStart={Environment.ProcessPath ?? "/usr/local/bin/godwit"} backup schedule --times 1
            Nice=10
            IOSchedulingClass=idle
            PrivateTmp=yes
            ProtectSystem=full

            # /etc/systemd/system/godwit-backup.timer
            [Unit]
            Description=Backups of {folder}, every {Documents.Shapes.DurationText.Write(every)}

            [Timer]
            OnBootSec=5min
            OnUnitActiveSec={((long)every.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture)}s
            RandomizedDelaySec=60
            Persistent=true

            [Install]
            WantedBy=timers.target

            """);
        return ExitCode.Done;
    }
}
