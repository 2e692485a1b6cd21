using Godwit.Http.Problems;
using Godwit.Identity.Login;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.MagicLinks;

/// <summary>Signing in by a mailed link.</summary>
internal static class MagicLinkRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("POST", "/v1/auth/magic-link/request", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.MagicLinkRequest);
            await RouteMap.AnswerAsync(context, await routes.Get<MagicLinkLogin>().RequestAsync(request, Client.Of(context), context.RequestAborted), IdentityJson.Default.MagicLinkAnswer, StatusCodes.Status202Accepted);
        })
            .Says("Asks for a link to sign in by", IdentityJson.Default.MagicLinkAnswer, IdentityJson.Default.MagicLinkRequest, 202, needs: "email", refuses: [429], example: """{"email":"ada@example.org"}""", more: "The answer is the same whether the address has an account or not.");
        routes.Public("POST", "/v1/auth/magic-link/confirm", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.MagicLinkConfirmation);
            await LoginAnswer.AnswerAsync(context, await routes.Get<MagicLinkLogin>().ConfirmAsync(request, Client.Of(context), context.RequestAborted));
        })
            .Says("Signs in by a mailed link", IdentityJson.Default.IssuedTokens, IdentityJson.Default.MagicLinkConfirmation, or: [IdentityJson.Default.ChallengeDocument, IdentityJson.Default.BrowserSession], needs: "token request", refuses: [401, 403, 429], example: """{"token":"out-of-the-mail","request":"of-the-answer-before"}""");
    }
}
