using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Restoring;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Backups;

namespace Godwit.Cli.Backups;

/// <summary><c>godwit backup restore</c>: into a database, into a folder as a server's data, or into a file.</summary>
internal sealed class RestoreSession(BackupPlace place, BackupOutput output)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> IntoDatabaseAsync(string? name, PostgresTarget server, string database, string? replace, bool dropFormer, CancellationToken cancellation)
    {
        var backup = Choose(name);
        var made = await DatabaseRestore.RunAsync(server, database, backup, new RestoreRequest(place, replace) { DropFormer = dropFormer, Note = output.Note, Time = _time }, cancellation);
        output.Line($"[green]Restored[/] backup {backup.Name} of {backup.Manifest!.SnapshotAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z as {made.Database} in {made.Took.TotalSeconds:0.0} s");
        foreach (var check in made.Checks) output.Line($"  {(check.Holds == false ? "WRONG " : "holds ")}  {check.Name}: {check.Saw}");
        if (made.Former is { } former) output.Line($"What was there before is now {former}: drop it when nobody needs it any more.");
        foreach (var run in made.Forked) output.Line($"Run {run.Run.ToString()} of {run.Runbook}: its journal goes on from the backup; entry {run.Head.Sequence} was its last, which is on record outside.");
        return Finish(backup, made.Database, made.Former, made.Checks, made.Took);
    }

    public async Task<int> IntoFolderAsync(string? name, string folder, string? point, CancellationToken cancellation)
    {
        var backup = Choose(name);
        if (backup.Manifest!.Method != BackupMethod.Physical)
            throw new BackupException(FindingCodes.RestoreRefused, $"backup {backup.Name} is of one database", "`godwit backup restore NAME --into URL` restores it.");
        var (took, checks) = await ServerRestore.RunAsync(backup, place, folder, point, output.Note, _time, cancellation);
        output.Line($"[green]Restored[/] backup {backup.Name} into {folder} in {took.TotalSeconds:0.0} s; it was started, recovered to {point ?? backup.Manifest.RestorePoint!}, and stopped.");
        foreach (var check in checks) output.Line($"  holds   {check.Name}: {check.Saw}");
        output.Line($"Its data folder is {Path.Combine(folder, "data")}: give it your configuration (postgresql.conf, pg_hba.conf), then start it.");
        return Finish(backup, folder, null, checks, took);
    }

    public async Task<int> IntoFileAsync(string? name, string path, string? replace, bool dropFormer, CancellationToken cancellation)
    {
        var backup = Choose(name);
        if (backup.Manifest!.Method != BackupMethod.Sqlite) throw new BackupException(FindingCodes.RestoreRefused, $"backup {backup.Name} is of PostgreSQL", "`godwit backup restore NAME --into URL` restores it.");
        var made = await SqliteRestore.RunAsync(backup, path, new RestoreRequest(place, replace) { DropFormer = dropFormer, Note = output.Note, Time = _time }, cancellation);
        output.Line($"[green]Restored[/] backup {backup.Name} as {made.Database} in {made.Took.TotalSeconds:0.0} s");
        foreach (var check in made.Checks) output.Line($"  holds   {check.Name}: {check.Saw}");
        if (made.Former is { } former) output.Line($"What was there before is now {former}.");
        return Finish(backup, made.Database, made.Former, made.Checks, made.Took);
    }

    private StoredBackup Choose(string? name) => place.Store.Find(name) is not { } backup ? throw BackupSession.Unknown(name)
        : backup.Manifest is null ? throw new BackupException(FindingCodes.BackupChanged, $"backup {backup.Name}: {backup.Copies[0].Refusal}") : backup;

    private int Finish(StoredBackup backup, string database, string? former, IReadOnlyList<BackupCheck> checks, TimeSpan took) => output.Finish([], new BackupDocument
    {
        Command = "", Outcome = "restored", ExitCode = ExitCode.Done, Backups = [BackupLine.Of(backup)], Checks = checks, Database = database, Former = former, Seconds = took.TotalSeconds,
    });
}
