using Godwit.Engine.Ledger;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Ledger;

/// <summary>How a run's ledger is kept.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Known">Whose word counts that a target went back.</param>
/// <param name="Accept">Why a target that went back is gone on with; null does not.</param>
/// <param name="Note">Told what is worth a line.</param>
public sealed record LedgerKeeping(LedgerFolder Folder, KnownSigners Known, string? Accept, Action<string> Note);
