using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Backups;

/// <summary>pg_dump of one database, and what has to come out of it again, all of one snapshot. Needs no more than to read everything.</summary>
public static class LogicalBackup
{
    internal const string DumpPrefix = "dump.";

    private const long NoteEvery = 100_000_000;

    /// <exception cref="BackupException">It could not be made: nothing of it is left.</exception>
    public static async Task<BackupMade> CreateAsync(PostgresTarget target, BackupRequest request, CancellationToken cancellation)
    {
        var place = request.Place;
        await ScratchServer.SweepAsync(place.Staging);
        place.Store.SweepDrafts();
        var programs = ClientPrograms.Of(target, request.Time);
        await programs.FindAsync("pg_dump", cancellation);
        await using var staging = StagingFolder.Create(place.Staging, passable: false, ScratchServer.EndAsync);
        await using var source = target.OpenSource(new SessionSettings { RunId = "backup", Role = "read", StatementLimit = TimeSpan.Zero, LockTimeout = TimeSpan.FromMinutes(1), Extra = FixedText });
        var id = Guid.NewGuid();
        var dump = Path.Combine(staging.Path, "dump");
        BackupOrigin origin;
        DateTimeOffset at;
        IReadOnlyDictionary<string, long> objects, before, after;
        IReadOnlyList<BackupTable> tables;
        Surroundings surroundings;
        long subscriptions;
        await using (var snapshot = await BackupSnapshot.TakeAsync(source, cancellation))
        {
            at = snapshot.At;
            request.Note($"snapshot taken at {at:yyyy-MM-dd HH:mm:ss}Z: {snapshot.Tables.Count} tables");
            origin = await DatabaseFacts.ReadOriginAsync(snapshot.Connection, cancellation);
            objects = await DatabaseFacts.CountObjectsAsync(snapshot.Connection, cancellation);
            before = await DatabaseFacts.ReadSequencesAsync(snapshot.Connection, logged: false, cancellation);
            subscriptions = await DatabaseFacts.CountSubscriptionsAsync(snapshot.Connection, everywhere: false, cancellation);
            surroundings = await Surroundings.ReadAsync(snapshot.Connection, cancellation);
            await File.WriteAllBytesAsync(Path.Combine(staging.Path, Surroundings.File), surroundings.ToBytes(), cancellation);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var dumping = EndOthers(programs.MustRunAsync("pg_dump", Arguments(place.Settings, snapshot.Name, dump), staging.Path, FindingCodes.BackupFailed, either.Token), either);
            var reading = EndOthers(
                RowDigests.ReadAsync(
                    snapshot.JoinAsync, snapshot.Tables, RowDigests.KeyOf(place.Key, id), place.Settings.Jobs,
                    null, either.Token), either);
            await FirstFaultAsync(dumping, reading);
            tables = await reading;
            request.Note($"dumped; {tables.Sum(t => t.Rows)} rows counted and hashed");
            after = await DatabaseFacts.ReadSequencesAsync(snapshot.Connection, logged: false, cancellation);
        }
        var name = BackupStore.NameOf(at);
        await using var writer = new BackupWriter(place.Destinations, name, id, place.Key, request.Stall, request.Time);
        await AddAsync(writer, Path.Combine(staging.Path, Surroundings.File), Surroundings.File, request, cancellation);
        foreach (var file in Directory.EnumerateFiles(dump).Order(StringComparer.Ordinal)) await AddAsync(writer, file, DumpPrefix + Path.GetFileName(file), request, cancellation);
        return await FinishAsync(target, writer, place, new BackupManifest
        {
            Name = name, Id = id, Method = BackupMethod.Logical, SnapshotAt = at, EndedAt = at, Origin = origin, Key = place.Key.Id, Files = writer.Files, Tables = tables,
            Sequences = [.. before.Keys.Where(after.ContainsKey).Select(s => new BackupSequence(s, Write(before[s]), Write(after[s])))],
            Objects = objects, Locale = surroundings.Locale, PlainBytes = writer.PlainBytes, Run = request.Run, Notes = NotesOf(objects, subscriptions), ToolVersion = request.ToolVersion,
        }, cancellation);
    }

    /// <summary>Settings that text of a row depends on, beside those that each of Godwit's sessions has.</summary>
    internal static Dictionary<string, string> FixedText { get; } = new(StringComparer.Ordinal) { ["lc_monetary"] = "C", ["TimeZone"] = "UTC", ["xmloption"] = "content" };

    internal static async Task AddAsync(BackupWriter writer, string path, string name, BackupRequest request, CancellationToken cancellation)
    {
        if (!writer.IsAlive) throw NoneTook(writer.Failures);
        await using var plain = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, BufferSize = 0, Options = FileOptions.SequentialScan });
        var before = writer.PlainBytes;
        await writer.AddAsync(name, plain, cancellation);
        if (writer.PlainBytes / NoteEvery > before / NoteEvery) request.Note($"{writer.PlainBytes / 1_000_000} MB encrypted and written");
    }

    /// <summary>The manifest, last, and what came of it.</summary>
    internal static async Task<BackupMade> FinishAsync(PostgresTarget target, BackupWriter writer, BackupPlace place, BackupManifest manifest, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "backup", Role = "end" });
        await using var connection = await source.OpenAsync(cancellation);
        await using var clock = new Npgsql.NpgsqlCommand("SELECT clock_timestamp()", connection);
        var whole = manifest with { EndedAt = new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero) };
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var writing = await writer.FinishAsync(BackupJson.Sign(whole, key));
        return writing.Written.Count > 0 ? new BackupMade(whole, writing) : throw NoneTook(writing.Failed);
    }

    private static BackupException NoneTook(IReadOnlyList<(string Destination, string Reason)> failed) =>
        new([.. failed.Select(f => Finding.Error(FindingCodes.BackupDestination, $"{f.Destination} did not take the backup: {f.Reason}", null, "Make room there, or mend it."))]);

    private static List<string> Arguments(BackupSettings settings, string snapshot, string folder) =>
    [
        "--format=directory", $"--file={folder}", $"--jobs={settings.Jobs.ToString(CultureInfo.InvariantCulture)}", $"--snapshot={snapshot}",
        $"--compress={settings.Compression.ToString(CultureInfo.InvariantCulture)}", "--no-password", "--lock-wait-timeout=60000", "--no-sync",
    ];

    private static List<string> NotesOf(IReadOnlyDictionary<string, long> objects, long subscriptions)
    {
        var notes = new List<string> { "roles are kept without their passwords" };
        if (objects.ContainsKey("materialized views")) notes.Add("materialized views are filled anew when it is restored, and not compared");
        if (objects.ContainsKey("foreign tables")) notes.Add("of foreign tables only the definitions are kept");
        if (subscriptions > 0) notes.Add($"{subscriptions} subscriptions are not restored: they would take from their publishers what the database in use takes");
        return notes;
    }

    private static string Write(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<T> EndOthers<T>(Task<T> work, CancellationTokenSource others)
    {
        try
        {
            return await work;
        }
        catch
        {
            await others.CancelAsync();
            throw;
        }
    }

    /// <summary>Waits for both, and throws what went wrong first and not the cancellation that it caused.</summary>
    private static async Task FirstFaultAsync(params Task[] tasks)
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch when (tasks.FirstOrDefault(t => t.Exception?.InnerException is not null and not OperationCanceledException) is { } faulted)
        {
            await faulted;
        }
    }
}
