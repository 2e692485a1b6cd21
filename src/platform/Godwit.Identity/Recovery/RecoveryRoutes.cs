using Godwit.Http.Problems;
using Godwit.Identity.People;
using Godwit.Identity.Reference;
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
        })
            .Says("Asks for a new password", IdentityJson.Default.StatusAnswer, IdentityJson.Default.ResetRequest, 202, needs: "email", refuses: [429], example: """{"email":"ada@example.org"}""", more: "The answer is the same whether the address has an account or not.");
        routes.Public("POST", "/v1/auth/password-reset/confirm", async context =>
        {
            await routes.Get<PasswordRecovery>().ConfirmAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResetConfirmation), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("password_set", "The new password is set, and all sessions were ended: sign in."), IdentityJson.Default.StatusAnswer);
        })
            .Says("Sets a new password by a mailed link", IdentityJson.Default.StatusAnswer, IdentityJson.Default.ResetConfirmation, needs: "token password", refuses: [429], example: """{"token":"out-of-the-mail","password":"another sentence of mine"}""");
        routes.Private("POST", "/v1/auth/password/change", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnPassword>().ChangeAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.PasswordChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Changes the password", takes: IdentityJson.Default.PasswordChange, needs: "currentPassword newPassword", refuses: [429], example: """{"currentPassword":"a sentence of mine","newPassword":"another sentence of mine"}""", more: "All other sessions end.");
    }
}
