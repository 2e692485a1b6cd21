using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>
/// pg_basebackup of a whole server, and its log up to a restore point that Godwit names: from it, and no other moment, the counts and hashes are. The log after the base
/// backup is fetched with pg_receivewal, which needs no slot and leaves nothing at the server.
/// </summary>
internal static class PhysicalBackup
{
    internal const string WalPrefix = "wal.", PointPrefix = "godwit_";

    public static async Task<BackupMade> CreateAsync(PostgresTarget target, BackupRequest request, CancellationToken cancellation)
    {
        var place = request.Place;
        await ScratchServer.SweepAsync(place.Staging);
        place.Store.SweepDrafts();
        var programs = ClientPrograms.Of(target, request.Time);
        foreach (var program in (string[])["pg_basebackup", "pg_receivewal"]) await programs.FindAsync(program, cancellation);
        await using var staging = StagingFolder.Create(place.Staging, passable: false, ScratchServer.EndAsync);
        await using var source = target.OpenSource(new SessionSettings { RunId = "backup", Role = "read", StatementLimit = TimeSpan.Zero, LockTimeout = TimeSpan.FromMinutes(1), Extra = LogicalBackup.FixedText });
        await using (var asked = await source.OpenAsync(cancellation)) await PhysicalRights.MustHoldAsync(asked, archived: false, cancellation);
        var id = Guid.NewGuid();
        var folder = Path.Combine(staging.Path, "base");
        request.Note("copying the server's files");
        await programs.MustRunAsync("pg_basebackup", Arguments(place.Settings, folder), staging.Path, FindingCodes.BackupFailed, cancellation);
        await using var moment = await QuietMoment.FindAsync(source, PointPrefix + id.ToString("N"), request.Note, cancellation);
        request.Note($"restore point {moment.Point} at {moment.At:yyyy-MM-dd HH:mm:ss}Z");
        var fetching = FetchLogAsync(programs, folder, Path.Combine(staging.Path, "wal"), moment.Location, cancellation);
        var origin = await DatabaseFacts.ReadOriginAsync(moment.Connection, cancellation);
        var tables = await RowDigests.ReadAsync(moment.JoinAsync, moment.Tables, RowDigests.KeyOf(place.Key, id), place.Settings.Jobs, null, cancellation);
        var objects = await DatabaseFacts.CountObjectsAsync(moment.Connection, cancellation);
        var (locale, notes) = (await DatabaseFacts.ReadLocaleAsync(moment.Connection, cancellation), await NotesOfAsync(moment, origin.Name, cancellation));
        await fetching;
        var name = BackupStore.NameOf(moment.At);
        await using var writer = new BackupWriter(place.Destinations, name, id, place.Key, request.Stall, request.Time);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)) await LogicalBackup.AddAsync(writer, file, Path.GetFileName(file), request, cancellation);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(staging.Path, "wal")).Order(StringComparer.Ordinal)) await LogicalBackup.AddAsync(writer, file, WalPrefix + Path.GetFileName(file), request, cancellation);
        return await LogicalBackup.FinishAsync(target, writer, place, new BackupManifest
        {
            Name = name, Id = id, Method = BackupMethod.Physical, SnapshotAt = moment.At, EndedAt = moment.At, Origin = origin, Key = place.Key.Id, Files = writer.Files, Tables = tables,
            Sequences = Sequences(moment),
            Objects = objects, Locale = locale, RestorePoint = moment.Point, PlainBytes = writer.PlainBytes, Run = request.Run, ToolVersion = request.ToolVersion,
            Notes = notes,
        }, cancellation);
    }

    internal static async Task<IReadOnlyList<string>> NotesOfAsync(QuietMoment moment, string database, CancellationToken cancellation)
    {
        var notes = new List<string> { $"the whole server is in it; rows are compared of {database} only, files of all" };
        // Their rows are in no log, and a recovery empties them (https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED).
        if ((await RowDigests.ListAsync(moment.Connection, logged: false, cancellation)).Count - moment.Tables.Count is > 0 and var unlogged) notes.Add($"{unlogged} unlogged tables come back empty, and are not compared");
        if (await DatabaseFacts.CountSubscriptionsAsync(moment.Connection, everywhere: true, cancellation) is > 0 and var subscriptions)
            notes.Add($"{subscriptions} subscriptions of the server go on as soon as a restored one starts: have it start with max_logical_replication_workers = 0 and disable them");
        return notes;
    }

    /// <summary>The log has a sequence's values 32 ahead, and a recovery takes it at its word (SEQ_LOG_VALS of PostgreSQL's sequence.c).</summary>
    internal static IReadOnlyList<BackupSequence> Sequences(QuietMoment moment) => [.. moment.Sequences.Select(s => new BackupSequence(s.Key, Write(s.Value.From), Write(s.Value.To)))];

    /// <summary>The log from the last segment that the base backup has, to where the restore point is.</summary>
    private static async Task FetchLogAsync(ClientPrograms programs, string folder, string wal, string location, CancellationToken cancellation)
    {
        Directory.CreateDirectory(wal, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var last = (await SegmentsAsync(folder, cancellation)).Max(StringComparer.Ordinal)
            ?? throw new BackupException(FindingCodes.BackupFailed, "the base backup has no log");
        // From the beginning of an unfinished segment pg_receivewal goes on, and an empty one is begun anew: that names where it starts, without a slot.
        await File.WriteAllBytesAsync(Path.Combine(wal, last + ".partial"), [], cancellation);
        await programs.MustRunAsync("pg_receivewal", [$"--directory={wal}", $"--endpos={location}", "--no-loop", "--no-password", "--no-sync"], wal, FindingCodes.BackupFailed, cancellation);
        foreach (var partial in Directory.EnumerateFiles(wal, "*.partial")) File.Move(partial, partial[..^".partial".Length], overwrite: true);
        foreach (var stray in Directory.EnumerateFiles(wal).Where(f => Path.GetFileName(f).Length != last.Length)) File.Delete(stray);
    }

    private static async Task<List<string>> SegmentsAsync(string folder, CancellationToken cancellation)
    {
        var names = new List<string>();
        await using var tar = OpenTar(Directory.EnumerateFiles(folder, "pg_wal.tar*").Single());
        await using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var name = Path.GetFileName(entry.Name);
            if (name.Length == 24 && name.All(char.IsAsciiHexDigitUpper)) names.Add(name);
        }
        return names;
    }

    internal static Stream OpenTar(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static List<string> Arguments(BackupSettings settings, string folder)
    {
        List<string> arguments = [$"--pgdata={folder}", "--format=tar", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password", "--no-sync", "--label=godwit"];
        if (settings.Compression > 0) arguments.Add($"--compress={settings.Compression.ToString(CultureInfo.InvariantCulture)}");
        return arguments;
    }

    private static string Write(long number) => number.ToString(CultureInfo.InvariantCulture);
}
