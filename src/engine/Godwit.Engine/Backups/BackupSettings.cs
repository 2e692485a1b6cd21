using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Engine.Processes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Backups;

/// <summary>Where backups go, how they are made and how long they stay: the runbook's <c>backups</c>, or options of the command line. Addresses, no part of the plan's hash.</summary>
public sealed record BackupSettings
{
    public static readonly TimeSpan DefaultKeep = TimeSpan.FromDays(30);

    public const int DefaultJobs = 2, DefaultCompression = 1;

    /// <summary>Folders, each of which gets a whole copy.</summary>
    public IReadOnlyList<ValueFrom> Destinations { get; init; } = [];

    /// <summary>Where the key is; null is the one in <c>GODWIT_HOME</c>, made on first use.</summary>
    public ValueFrom? Key { get; init; }

    public TimeSpan Keep { get; init; } = DefaultKeep;

    public BackupMethod Method { get; init; } = BackupMethod.Logical;

    /// <summary>Who takes and keeps physical backups, where Godwit does not itself.</summary>
    public PgBackRestSettings? PgBackRest { get; init; }

    /// <summary>Tables that are read, dumped and restored at once.</summary>
    public int Jobs { get; init; } = DefaultJobs;

    /// <summary>0 to 9.</summary>
    public int Compression { get; init; } = DefaultCompression;

    /// <summary>Where the unencrypted dump and scratch clusters are for as long as they are needed.</summary>
    public ValueFrom? Staging { get; init; }

    /// <summary>Run once a backup is whole at its destinations, to carry it further.</summary>
    public CommandSettings? After { get; init; }

    public TimeSpan AfterLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is done again in a database that was restored, before anybody else gets in: erasures, revocations.</summary>
    public IReadOnlyList<ReplayStep> Replay { get; init; } = [];

    /// <param name="backups">In normal form.</param>
    public static BackupSettings Read(JsonObject backups) => new()
    {
        Destinations = [.. backups.Maps("destinations").Select(BackupsShape.Address)],
        Key = backups.MapOrNull("key") is { } key ? BackupsShape.Address(key) : null,
        Keep = backups.DurationOrNull("keep") ?? DefaultKeep,
        Method = backups.TextOrNull("method") == "physical" ? BackupMethod.Physical : BackupMethod.Logical,
        PgBackRest = backups.MapOrNull("pgbackrest") is { } stanza ? PgBackRestSettings.Read(stanza) : null,
        Jobs = (int)(backups.WholeOrNull("jobs") ?? DefaultJobs),
        Compression = (int)(backups.WholeOrNull("compression") ?? DefaultCompression),
        Staging = backups.MapOrNull("staging") is { } staging ? BackupsShape.Address(staging) : null,
        After = backups.MapOrNull("after") is { } after ? CommandSettings.Read(after) : null,
        AfterLimit = backups.MapOrNull("after")?.DurationOrNull("timeout") ?? TimeSpan.FromHours(1),
        Replay = [.. backups.Maps("replay").Select(ReplayStep.Read)],
    };
}

/// <param name="Sql">Statements, in one transaction.</param>
/// <param name="Command">Or a program, which finds the database in PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD.</param>
public sealed record ReplayStep(string? Sql, CommandSettings? Command)
{
    public static ReplayStep Read(JsonObject item) => new(item.TextOrNull("sql"), item.MapOrNull("command") is { } command ? CommandSettings.Read(command) : null);
}
