// Gives the user who is connected another password; runs on the database `system`.
// $old (string): the present password
// $new (string): the password from now on
ALTER CURRENT USER SET PASSWORD FROM $old TO $new
