using Godwit.Identity.Accounts;
using Godwit.Identity.SecondFactors;

namespace Godwit.Identity.Reauthentication;

/// <summary>What came of asking somebody with a session who they are.</summary>
/// <param name="Account">The account, as it was when its password was right.</param>
/// <param name="Code">The second factor that was right, to be used up in the transaction of what it allows; null where there is none.</param>
/// <param name="Asked">The second factor is asked for first: nothing else is done.</param>
internal sealed record Proof(Account Account, RightCode? Code, ChallengeDocument? Asked);
