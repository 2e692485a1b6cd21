using Godwit.Http.Problems;
using Godwit.Identity.People;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Recovery;

/// <summary>New passwords.</summary>
internal static class RecoveryRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("POST", "/v1/auth/password-reset/request", async context =>
        {
            await routes.Get<PasswordRecovery>().RequestAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResetRequest, anyType: true), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("reset_sent", "If the address has an account, a mail with a link is on its way to it."), IdentityJson.Default.StatusAnswer, 202);
        });
        routes.Public("POST", "/v1/auth/password-reset/confirm", async context =>
        {
            await routes.Get<PasswordRecovery>().ConfirmAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResetConfirmation), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("password_set", "The new password is set, and all sessions were ended: sign in."), IdentityJson.Default.StatusAnswer);
        });
        routes.Private("POST", "/v1/auth/password/change", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnPassword>().ChangeAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.PasswordChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }
}
