using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Physical;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups.PgBackRest;

/// <summary>
/// A backup that pgBackRest takes and keeps, and after it a restore point in the log that pgBackRest archives: from it, and no other moment, the counts and hashes are. The
/// destinations get what it has to come out as, signed; the files stay in the repository.
/// </summary>
internal static class PgBackRestBackup
{
    /// <summary>For a segment of the log to be archived that the server has finished. The backup before has shown that it archives at all.</summary>
    private static readonly TimeSpan s_longestArchiving = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    public static async Task<BackupMade> CreateAsync(PostgresTarget target, PgBackRestSettings settings, BackupRequest request, CancellationToken cancellation)
    {
        var place = request.Place;
        await ScratchServer.SweepAsync(place.Staging);
        place.Store.SweepDrafts();
        var program = PgBackRestProgram.Of(settings, place, request.Time);
        await using var source = target.OpenSource(new SessionSettings { RunId = "backup", Role = "read", StatementLimit = TimeSpan.Zero, LockTimeout = TimeSpan.FromMinutes(1), Extra = LogicalBackup.FixedText });
        await using (var asked = await source.OpenAsync(cancellation))
        {
            await PhysicalRights.MustHoldAsync(asked, archived: true, cancellation);
            MustBeOf(await program.InfoAsync(FindingCodes.BackupFailed, cancellation), await DatabaseFacts.ReadOriginAsync(asked, cancellation), settings.Stanza);
        }
        var id = Guid.NewGuid();
        request.Note($"pgbackrest backup of stanza {settings.Stanza}");
        await program.MustRunAsync(["backup", $"--type={settings.Type}", "--start-fast", $"--annotation={PgBackRestEntry.Mark}={id:N}"], FindingCodes.BackupFailed, cancellation);
        var stanza = await program.InfoAsync(FindingCodes.BackupFailed, cancellation);
        var taken = stanza.Backups.LastOrDefault(b => b.Annotation == id.ToString("N"))
            ?? throw new BackupException(FindingCodes.BackupFailed, $"pgbackrest took a backup, and stanza {settings.Stanza} does not show it", "Look at `pgbackrest info`, and at what expires backups there.");
        if (taken.HasBadPages)
            throw new BackupException(FindingCodes.BackupFailed, $"pgBackRest met pages whose checksum is wrong, and noted them with backup {taken.Label}", "The server's files are damaged: look at pgBackRest's log, and mend them before anything else.");
        request.Note($"pgbackrest took {taken.Label} ({taken.Type})");
        await using var moment = await QuietMoment.FindAsync(source, PhysicalBackup.PointPrefix + id.ToString("N"), request.Note, cancellation);
        request.Note($"restore point {moment.Point} at {moment.At:yyyy-MM-dd HH:mm:ss}Z");
        var segment = await SegmentAsync(moment, cancellation);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var archiving = AwaitArchivedAsync(program, settings, stanza.Archive, segment, request.Time, asking.Token);
        BackupOrigin origin;
        IReadOnlyList<BackupTable> tables;
        IReadOnlyDictionary<string, long> objects;
        BackupLocale locale;
        IReadOnlyList<string> notes;
        try
        {
            origin = await DatabaseFacts.ReadOriginAsync(moment.Connection, cancellation);
            tables = await RowDigests.ReadAsync(moment.JoinAsync, moment.Tables, RowDigests.KeyOf(place.Key, id), place.Settings.Jobs, null, cancellation);
            objects = await DatabaseFacts.CountObjectsAsync(moment.Connection, cancellation);
            (locale, notes) = (await DatabaseFacts.ReadLocaleAsync(moment.Connection, cancellation), await PhysicalBackup.NotesOfAsync(moment, origin.Name, cancellation));
        }
        catch
        {
            await asking.CancelAsync();
            await archiving.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
        await archiving;
        var name = BackupStore.NameOf(moment.At);
        await using var writer = new BackupWriter(place.Destinations, name, id, place.Key, request.Stall, request.Time);
        return await LogicalBackup.FinishAsync(target, writer, place, new BackupManifest
        {
            Name = name, Id = id, Method = BackupMethod.Physical, SnapshotAt = moment.At, EndedAt = moment.At, Origin = origin, Key = place.Key.Id, Files = [], Tables = tables,
            Sequences = PhysicalBackup.Sequences(moment), Objects = objects, Locale = locale, RestorePoint = moment.Point, Run = request.Run, ToolVersion = request.ToolVersion,
            PgBackRest = new PgBackRestCopy(
                settings.Stanza, taken.Label, settings.Repository, settings.Config is { } config ? Path.GetFullPath(config, place.Folder) : null, taken.Type,
                int.Parse(segment.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), taken.Bytes, stanza.Cipher),
            Notes =
            [
                .. notes,
                $"pgBackRest keeps the files, and expires them by its own retention{(stanza.Cipher == "none" ? "; its repository is not encrypted" : "")}",
            ],
        }, cancellation);
    }

    private static void MustBeOf(PgBackRestStanza stanza, BackupOrigin origin, string name)
    {
        if (!stanza.IsWell)
            throw new BackupException(FindingCodes.BackupPlaceWrong, $"stanza {name} of pgBackRest is not usable: {stanza.Message}", $"`pgbackrest --stanza={name} check` says more; `stanza-create` makes a new one.");
        if (stanza.System != origin.System)
            throw new BackupException(FindingCodes.BackupPlaceWrong, $"stanza {name} of pgBackRest is of another server: its system identifier is {stanza.System ?? "unknown"}, the target's {origin.System}", "Name the target's stanza; after pg_upgrade, `pgbackrest stanza-upgrade`.");
    }

    private static async Task<string> SegmentAsync(QuietMoment moment, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_walfile_name($1::pg_lsn)", moment.Connection) { Parameters = { new() { Value = moment.Location, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Until the repository has the segment that the restore point is in: without it there is no way to there.</summary>
    private static async Task AwaitArchivedAsync(PgBackRestProgram program, PgBackRestSettings settings, string? archive, string segment, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            // The repository has a folder for each 16 digits, and in it files of the segment's name with a checksum after it.
            var listed = await program.MustRunAsync(["repo-ls", $"--filter=^{segment}-", $"archive/{settings.Stanza}/{archive}/{segment[..16]}"], FindingCodes.BackupFailed, cancellation);
            if (listed.Contains(segment, StringComparison.Ordinal)) return;
            if (time.GetElapsedTime(began) > s_longestArchiving)
                throw new BackupException(FindingCodes.BackupFailed, $"the server has not archived {segment} within {s_longestArchiving.TotalMinutes:0} minutes: without it the restore point is out of reach", "Look at archive_command, at pg_stat_archiver, and at `pgbackrest check`.");
            await Task.Delay(s_poll, time, cancellation);
        }
    }
}
