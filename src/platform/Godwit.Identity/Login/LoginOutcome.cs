using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;

namespace Godwit.Identity.Login;

/// <summary>What a right password, or another way in, leads to: tokens, or the question for a second factor.</summary>
internal sealed record LoginOutcome(IssuedTokens? Tokens, ChallengeDocument? Challenge);
