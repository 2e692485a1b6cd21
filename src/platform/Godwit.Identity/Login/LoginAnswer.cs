using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Login;

/// <summary>What a client gets for what it has shown, the same for every way in.</summary>
internal static class LoginAnswer
{
    public static Task AnswerAsync(HttpContext context, LoginOutcome outcome) => outcome.Tokens is { } tokens
        ? RouteMap.AnswerAsync(context, tokens, IdentityJson.Default.IssuedTokens)
        : RouteMap.AnswerAsync(context, outcome.Challenge!, IdentityJson.Default.ChallengeDocument);
}
