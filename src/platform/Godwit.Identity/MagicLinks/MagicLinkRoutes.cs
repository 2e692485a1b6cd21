using Godwit.Http.Problems;
using Godwit.Identity.Login;
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
        });
        routes.Public("POST", "/v1/auth/magic-link/confirm", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.MagicLinkConfirmation);
            await LoginAnswer.AnswerAsync(context, await routes.Get<MagicLinkLogin>().ConfirmAsync(request, Client.Of(context), context.RequestAborted));
        });
    }
}
