using Godwit.Cli.Move.Nested;
using Godwit.Engine.Gates.Attested;
using Godwit.Engine.Gates.Audit;
using Godwit.Engine.Gates.Config;
using Godwit.Engine.Gates.Metric;
using Godwit.Engine.Gates.Smoke;
using Godwit.Engine.Gates.Window;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps.Backfill;
using Godwit.Engine.Steps.Command;
using Godwit.Engine.Steps.Config;
using Godwit.Engine.Steps.CutOver;
using Godwit.Engine.Steps.Env;
using Godwit.Engine.Steps.Http;
using Godwit.Engine.Steps.Load;
using Godwit.Engine.Steps.Move;
using Godwit.Engine.Steps.Observe;
using Godwit.Engine.Steps.Release;
using Godwit.Engine.Steps.Route;
using Godwit.Engine.Steps.Smoke;
using Godwit.Engine.Steps.Wait;
using Godwit.Engine.Transforms;
using Godwit.Postgres.Audit;
using Godwit.Postgres.Backfill;
using Godwit.Postgres.Backups.Gate;
using Godwit.Postgres.Backups.Steps;
using Godwit.Postgres.Gates.Integrity;
using Godwit.Postgres.Gates.Lag;
using Godwit.Postgres.Gates.Rehearsed;
using Godwit.Postgres.Steps.Maintenance;
using Godwit.Postgres.Steps.Sql;
using Godwit.Security.Signing;

namespace Godwit.Cli.Runbooks;

/// <summary>The kinds of steps and gates that this program has, in the order in which schema and reference list them. A new kind is one line here.</summary>
internal static class Kinds
{
    private static readonly NestedMoves s_moves = new();

    public static RunbookKinds All { get; } = new(
        steps:
        [
            new SqlStepKind(),
            new BackfillStepKind(new PostgresBackfills(), TransformRegistry.Standard),
            new MoveStepKind(s_moves),
            new CutOverStepKind(s_moves),
            new ReleaseStepKind(s_moves),
            new CommandStepKind(),
            new HttpStepKind(),
            new MaintenanceStepKind(),
            new RouteStepKind(),
            new EnvStepKind(),
            new SmokeStepKind(),
            new LoadStepKind(),
            new BackupStepKind(),
            new RestoreStepKind(),
            new WaitStepKind(),
            new ObserveStepKind(),
            new ConfigStepKind(),
        ],
        gates:
        [
            new IntegrityGateKind(),
            new MetricGateKind(),
            new LagGateKind(),
            new WindowGateKind(),
            new BackupGateKind(),
            new ConfigGateKind(),
            new SmokeGateKind(),
            new AuditGateKind(new PostgresDatabaseAudit()),
            new AttestedGateKind(),
            new RehearsedGateKind(() => KnownSigners.Load(GodwitHome.Folder())),
        ]);
}
