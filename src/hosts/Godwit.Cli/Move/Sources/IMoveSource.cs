using System.Text.Json;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move.Sources;

/// <summary>A source that was opened: all that a move wants of it, whatever kind it is.</summary>
internal interface IMoveSource : IDisposable
{
    /// <summary>What it was like, for <see cref="IsStillAsync"/> of a later opening. After planning it speaks of the plan's tables.</summary>
    JsonElement Fingerprint { get; }

    /// <summary>Whether it is what it was when a fingerprint was taken.</summary>
    Task<bool> IsStillAsync(JsonElement fingerprint, CancellationToken cancellation);

    /// <summary>What the certificate says of it.</summary>
    CertificateSource Certified(string schemaHash);

    IRowSource Rows { get; }

    /// <summary>Looks at everything and plans; all that stands against the move is said at once.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="target">The target, where it is known.</param>
    /// <param name="jobs">What may be looked at at the same time.</param>
    /// <param name="progress">Told what is done.</param>
    /// <param name="environment">Where secrets are.</param>
    /// <param name="cancellation">Stops.</param>
    Task<PlanResult> PlanAsync(PlanOptions options, PostgresTarget? target, int jobs, MoveProgress progress, IRunEnvironment environment, CancellationToken cancellation);

    /// <summary>What it holds and a plan does not name, or the other way round.</summary>
    /// <param name="plan">Made earlier.</param>
    /// <param name="leftOut">Tables that may be missing from it.</param>
    /// <param name="leftOutColumns">Columns that may be, by table; null where nobody says.</param>
    /// <param name="cancellation">Stops.</param>
    Task<IReadOnlyList<Finding>> CompareAsync(
        MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns, CancellationToken cancellation);

    /// <summary>The names of its tables.</summary>
    Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellation);

    /// <summary>Lets it compute a plan's transforms; secrets that are missing are findings.</summary>
    IReadOnlyList<Finding> Use(MovePlan plan, IRunEnvironment environment);

    /// <summary>The same for a move that is there: its secrets must be those that it began with.</summary>
    IReadOnlyList<Finding> UseAgain(RunDescription run, IRunEnvironment environment);
}
