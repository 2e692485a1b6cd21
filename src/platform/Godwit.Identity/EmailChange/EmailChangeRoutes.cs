using Godwit.Http.Problems;
using Godwit.Identity.Browsers;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;

namespace Godwit.Identity.EmailChange;

/// <summary>Another address for an account: asked for, confirmed, and taken back.</summary>
internal static class EmailChangeRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Private("POST", "/v1/auth/email/change", sensitive: true, async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.EmailChangeRequest);
            if (await routes.Get<EmailChanger>().RequestAsync(caller, request, Client.Of(context), context.RequestAborted) is { } challenge)
                await RouteMap.AnswerAsync(context, challenge, IdentityJson.Default.ChallengeDocument);
            else await RouteMap.AnswerAsync(context, new StatusAnswer("verification_sent", "If the address can be had, a mail with a link is on its way to it."), IdentityJson.Default.StatusAnswer, 202);
        })
            .Says("Asks for another address", IdentityJson.Default.StatusAnswer, IdentityJson.Default.EmailChangeRequest, 202, needs: "newEmail password", refuses: [401, 429], example: """{"newEmail":"ada@example.net","password":"a sentence of mine"}""",
                more: "Where there is a second factor the answer is 200 with a challenge first. The new address gets a link, whether it can be had or not.");
        // Public, since the link may be opened where nobody is signed in: it asks for the password there.
        routes.Public("POST", "/v1/auth/email/confirm", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.EmailConfirmation);
            // A browser's cookies are sent by themselves: where the password is there, they count only with the token that shows that a page of this origin means them.
            var shown = context.Request.Headers.Authorization.Count > 0
                || (SessionCookies.Read(context, SessionCookies.Access) is not null && (string.IsNullOrEmpty(request.Password) || context.Request.Headers.ContainsKey(BrowserGuard.Header)));
            var caller = shown ? await Caller.RequireAsync(context, routes.Get<AccessTokens>(), routes.Get<SessionGate>(), sensitive: true) : null;
            await routes.Get<EmailConfirmer>().ConfirmAsync(request, caller, Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("email_changed", "The account has its new address, and all other sessions were ended."), IdentityJson.Default.StatusAnswer);
        })
            .Says("Confirms another address by a mailed link", IdentityJson.Default.StatusAnswer, IdentityJson.Default.EmailConfirmation, needs: "token", refuses: [401, 403, 409, 429], example: """{"token":"out-of-the-mail","password":"a sentence of mine"}""",
                more: "With a session of the account, as Bearer or in cookies, no password is needed.");
        routes.Public("POST", "/v1/auth/email/undo", async context =>
        {
            await routes.Get<EmailUndo>().UndoAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.EmailUndoRequest), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("email_restored", "The account has its former address again, and all sessions were ended: choose a new password."), IdentityJson.Default.StatusAnswer);
        })
            .Says("Takes the former address back", IdentityJson.Default.StatusAnswer, IdentityJson.Default.EmailUndoRequest, needs: "token", refuses: [409, 429], example: """{"token":"out-of-the-mail"}""");
    }
}
