// local stub
